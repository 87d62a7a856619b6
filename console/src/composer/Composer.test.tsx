// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Conversation } from "../api/client";
import { conversation } from "../feed/samples";
import "../language/i18n";
import { OutboxProvider } from "../outbox/OutboxContext";
import { Composer } from "./Composer";

const asked: { path: string; key: string | null; body: { text?: string; typing?: boolean } }[] = [];
const writes = () => asked.filter((one) => !one.path.endsWith("/typing"));

vi.mock("../auth/session", () => ({ currentToken: async () => "token", renewedToken: async () => null }));

beforeEach(() => {
  asked.length = 0;
  sessionStorage.clear();
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url, "http://desk").pathname;
    asked.push({ path, key: request.headers.get("idempotency-key"), body: await request.json() });
    return new Response(JSON.stringify({ id: "1", status: "done" }), { headers: { "content-type": "application/json" } });
  });
});
afterEach(cleanup);

function show(more: Partial<Conversation> = {}): HTMLTextAreaElement {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <OutboxProvider>
        <Composer conversation={conversation(crypto.randomUUID(), 1, { reply: { max_length: 10 }, ...more })} />
      </OutboxProvider>
    </QueryClientProvider>,
  );
  return screen.getByRole("textbox");
}
const type = (value: string): void => void fireEvent.change(screen.getByRole("textbox"), { target: { value } });
const sendButton = () => screen.getByRole<HTMLButtonElement>("button", { name: /Send|Save/ });

test("Ctrl+Enter sends once, with a key, and the field is free again", async () => {
  const field = show();
  type(" Hello ");
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  expect(field.value).toBe("");
  await vi.waitFor(() => expect(writes()).toHaveLength(1));
  expect(writes()[0]).toMatchObject({ path: expect.stringMatching(/replies$/), body: { text: "Hello" }, key: expect.any(String) });
});

test("a text beyond the channel's limit is not sent, counted in characters as people see them", () => {
  const field = show();
  type("👍👍👍👍👍👍👍👍👍👍");
  expect(sendButton().disabled).toBe(false);
  type("12345678901");
  expect(sendButton().disabled).toBe(true);
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  expect(field.value).toBe("12345678901");
  expect(screen.getByText("1 character too many")).toBeTruthy();
});

test("when the network takes no more answers, notes still go", async () => {
  show({ reply: { max_length: 100, window_until: "2020-01-01T00:00:00Z" } });
  type("too late");
  expect(sendButton().disabled).toBe(true);
  fireEvent.keyDown(document.body, { key: "n" });
  type("for us");
  fireEvent.click(sendButton());
  await vi.waitFor(() => expect(writes()[0]).toMatchObject({ path: expect.stringMatching(/notes$/) }));
});

test("reply and note are two drafts, and typing a note is not shown to the contact", () => {
  show();
  type("draft");
  fireEvent.keyDown(document.body, { key: "n" });
  expect(screen.getByRole<HTMLTextAreaElement>("textbox").value).toBe("");
  asked.length = 0;
  type("secret");
  expect(asked.filter((one) => one.body.typing)).toEqual([]);
  fireEvent.keyDown(document.body, { key: "r" });
  expect(screen.getByRole<HTMLTextAreaElement>("textbox").value).toBe("draft");
});

test("typing is told once, not with every letter", async () => {
  show();
  for (const text of ["a", "ab", "abc"]) type(text);
  await vi.waitFor(() => expect(asked.filter((one) => one.body.typing)).toHaveLength(1));
});
