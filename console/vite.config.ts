import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": { target: "http://localhost:8000", ws: true }, "/dev": "http://localhost:8000", "/config.json": "http://localhost:8000" } },
});
