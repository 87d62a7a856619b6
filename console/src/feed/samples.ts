/** Samples for tests. */
import type { Conversation, Message } from "../api/client";

export const conversation = (id: string, version: number, more: Partial<Conversation> = {}): Conversation => ({
  id,
  version,
  tenant: "t",
  brand_id: "b",
  channel_id: "c",
  network: "livechat",
  identity_id: `i-${id}`,
  thread_id: "th",
  contact: { id: "x", name: "Xenia", kind: "person" },
  status: "open",
  queue_id: "service",
  assignee: null,
  priority: "medium",
  unread: 0,
  messages: 0,
  opened_at: "2026-01-01T00:00:00Z",
  last_activity_at: `2026-01-01T00:00:${String(version).padStart(2, "0")}Z`,
  reply: { max_length: 50_000 },
  ...more,
});

export const message = (number: number, more: Partial<Message> = {}): Message => ({
  id: `m${number}`,
  conversation_id: "a",
  number,
  kind: "message",
  direction: "outgoing",
  text: `text ${number}`,
  author: { kind: "agent", id: "me", name: "Me" },
  state: "sent",
  at: "2026-01-01T10:00:00Z",
  attachments: [],
  object_version: 1,
  ...more,
});
