/** One finding about a document or a request body, as the API reports it. */
export interface FieldError {
  code?: string;
  field?: string | null;
  message: string;
  hint?: string | null;
  [extra: string]: unknown;
}

/** Body of an RFC 9457 `application/problem+json` answer. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors: FieldError[];
  request_id?: string;
  [extra: string]: unknown;
}

/** An answer of the API that is not a success. `code` is stable, `message` is for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
  }

  get errors(): FieldError[] {
    return this.problem.errors;
  }
}

/** The request never got an answer: no network, or the server is away. */
export class OfflineError extends Error {
  constructor(cause: unknown) {
    super("The server cannot be reached. Check your connection.", { cause });
    this.name = "OfflineError";
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Problem details from any error answer, also from one that is not problem+json. */
export function toProblem(status: number, body: unknown): ProblemDetails {
  const source = isRecord(body) ? body : {};
  const text = (key: string) => (typeof source[key] === "string" ? source[key] : "");
  return {
    ...source,
    type: text("type") || "about:blank",
    title: text("title") || `Error ${status}`,
    status,
    detail: text("detail") || text("title") || `The server answered with status ${status}.`,
    code: text("code") || `http_${status}`,
    errors: Array.isArray(source.errors) ? (source.errors as FieldError[]) : [],
  };
}

/** What to tell a person about any thrown value. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) {
    const first = error.errors[0];
    return first && error.errors.length === 1 && !error.message.includes(first.message)
      ? `${error.message} ${first.message}`
      : error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
