import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ProblemError } from "./api/problem";
import { App } from "./App";
import { finishInFrame, SIGN_IN_PATH } from "./auth/session";
import "./language/i18n";
import "./style/tokens.css";
import "./style/base.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity, // the feed keeps what is shown fresh
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 3 && !(error instanceof ProblemError && !error.isUndecided),
    },
  },
});

if (window.self !== window.top && location.pathname === SIGN_IN_PATH) {
  void finishInFrame();
} else {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
