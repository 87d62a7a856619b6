import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ProblemError } from "./api/client";
import { App } from "./App";
import "./i18n";
import "./style.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity, // the feed keeps what is shown fresh
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 3 && !(error instanceof ProblemError && error.status < 500),
    },
  },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
