import type { Conversation } from "../api/client";

/** How a contact is called; every network knows at least an id. */
export const nameOf = ({ name, handle, id }: Conversation["contact"]): string => name || handle || id;
