/** What the feed says: frames of the WebSocket, and the entries in them. */
import type { Agent, Conversation, Message } from "../api/client";

export interface Typing {
  conversation_id: string;
  who: { kind: "contact" | "agent"; id: string; name: string | null };
  typing: boolean;
}

export interface ContactChanged {
  contact_id: string;
  identity_ids: string[];
  version: number;
}

export interface ConversationChanged {
  conversation: Conversation;
  message?: Message;
}

interface About<T extends string, D> {
  id: string;
  type: T;
  brand_id: string | null;
  at: string;
  subject: string;
  version: number;
  ephemeral: boolean;
  data: D;
}

export type Entry =
  | About<"typing", Typing>
  | About<"agent.presence_changed", Agent>
  | About<"contact.changed", ContactChanged>
  | About<`conversation.${string}` | `message.${string}` | "note.added", ConversationChanged>;

export type Frame =
  | { type: "welcome" | "reset"; number: number }
  | { type: "entry"; number: number; entry: Entry }
  | { type: "ping" };
