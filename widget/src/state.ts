/** What the widget knows of its conversation: pure, so that any order of frames can be tested. */

export interface Author { name: string; picture: string | null }

export interface Line {
  seq: number;
  id: string;
  client_id: string | null;
  direction: "incoming" | "outgoing";
  text: string;
  author: Author | null;
  at: string;
}

/** A line the visitor wrote that has no number yet. */
export interface Draft {
  client_id: string;
  text: string;
  email?: string;
  at: string;
  state: "sending" | "accepted" | "failed";
  failure?: string;
}

export interface State {
  lines: Line[];
  drafts: Draft[];
  /** Highest number up to which no line is missing. */
  seq: number;
  /** How far an agent has read the visitor's lines. */
  readSeq: number;
  /** How far the visitor has seen. */
  seenSeq: number;
  open: boolean;
  typing: string | null;
  connection: "connecting" | "live" | "waiting";
}

export type Action =
  | { type: "welcome"; open: boolean; read_seq: number; seq: number }
  | { type: "line"; line: Line }
  | { type: "accepted"; client_id: string }
  | { type: "refused"; client_id: string; failure: string }
  | { type: "written"; draft: Draft }
  | { type: "retried"; client_id: string }
  | { type: "read"; seq: number }
  | { type: "seen"; seq: number }
  | { type: "typing"; name: string; typing: boolean }
  | { type: "open"; open: boolean }
  | { type: "connection"; connection: State["connection"] };

export const empty: State = {
  lines: [], drafts: [], seq: 0, readSeq: 0, seenSeq: 0, open: true, typing: null, connection: "connecting",
};

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "welcome":
      // Fewer lines there than here: it is another conversation now, ours is gone.
      if (action.seq < state.seq) return { ...empty, drafts: state.drafts, open: action.open, connection: "live" };
      return { ...state, open: action.open, readSeq: Math.max(state.readSeq, action.read_seq), connection: "live" };
    case "line":
      return withLine(state, action.line);
    case "accepted":
      return { ...state, drafts: state.drafts.map((d) => (d.client_id === action.client_id ? { ...d, state: "accepted" } : d)) };
    case "refused":
      return {
        ...state,
        drafts: state.drafts.map((d) => (d.client_id === action.client_id ? { ...d, state: "failed", failure: action.failure } : d)),
      };
    case "written":
      return { ...state, drafts: [...state.drafts, action.draft] };
    case "retried":
      return { ...state, drafts: state.drafts.map((d) => (d.client_id === action.client_id ? { ...d, state: "sending" } : d)) };
    case "read":
      return { ...state, readSeq: Math.max(state.readSeq, action.seq) };
    case "seen":
      return { ...state, seenSeq: Math.max(state.seenSeq, action.seq) };
    case "typing":
      return { ...state, typing: action.typing ? action.name : null };
    case "open":
      return { ...state, open: action.open };
    case "connection":
      return { ...state, connection: action.connection, typing: action.connection === "live" ? state.typing : null };
  }
}

/** A line is shown once, in the order of its number; a draft it came from makes room for it. */
function withLine(state: State, line: Line): State {
  if (state.lines.some((known) => known.seq === line.seq)) return state;
  const lines = [...state.lines, line].sort((a, b) => a.seq - b.seq);
  let seq = state.seq;
  for (const known of lines) if (known.seq === seq + 1) seq = known.seq;
  return {
    ...state, lines, seq,
    drafts: state.drafts.filter((d) => d.client_id !== line.client_id),
    typing: line.direction === "outgoing" ? null : state.typing,
  };
}

export function unseen(state: State): number {
  return state.lines.filter((line) => line.direction === "outgoing" && line.seq > state.seenSeq).length;
}

/** Drafts that must be sent (again): not yet accepted and not refused. */
export function toSend(state: State): Draft[] {
  return state.drafts.filter((draft) => draft.state === "sending");
}
