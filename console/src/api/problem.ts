/** What an API says when it will not do something (RFC 9457), and what is said when it says nothing. */

export interface FieldProblem {
  pointer: string;
  detail: string;
}

export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    title: string,
    readonly detail: string,
    readonly fields: FieldProblem[] = [],
  ) {
    super(title);
    this.name = "ProblemError";
  }

  /** Nobody has decided: the same request may be sent again with the same key. */
  get isUndecided(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 0;
  }
}

export function problemOf(body: unknown, status: number): ProblemError {
  const said = (typeof body === "object" && body ? body : {}) as {
    type?: string;
    title?: string;
    detail?: string;
    errors?: FieldProblem[];
  };
  const slug = (said.type ?? "").split(":").pop() || `http-${status}`;
  return new ProblemError(status, slug, said.title ?? `HTTP ${status}`, said.detail ?? "", said.errors ?? []);
}

/** Whatever was thrown, as a problem; an answer that never came has status 0. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  return new ProblemError(0, "no-answer", "No answer", error instanceof Error ? error.message : String(error));
}

export interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body, or its problem as an error. */
export function must<T>(answer: Answer<T>): T {
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  throw problemOf(answer.error, answer.response.status);
}
