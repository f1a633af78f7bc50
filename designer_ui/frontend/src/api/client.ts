import createClient, { type Middleware } from "openapi-fetch";
import { ApiError, OfflineError, toProblem } from "./problem";
import type { paths } from "./schema";

/** What the server lets scripts read, such as the token that writes need. */
export function readCookie(name: string): string {
  const prefix = `${name}=`;
  const entry = document.cookie.split("; ").find((part) => part.startsWith(prefix));
  return entry ? decodeURIComponent(entry.slice(prefix.length)) : "";
}

/** The error of an answer that is not a success. Who is logged out is asked to log in again. */
export function refusal(status: number, body: unknown): ApiError {
  if (status === 401) {
    const next = encodeURIComponent(window.location.pathname + window.location.search);
    window.location.assign(`/accounts/login/?next=${next}`);
  }
  return new ApiError(toProblem(status, body));
}

const session: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      request.headers.set("X-CSRFToken", readCookie("csrftoken"));
    }
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    throw refusal(response.status, body);
  },
  onError({ error }) {
    return new OfflineError(error);
  },
};

/**
 * The typed client of `/api/v1`. Every call either gives `data` or throws `ApiError` / `OfflineError`,
 * so callers read `(await api.GET(…)).data` through `unwrap`.
 */
export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(session);

/** The body of a successful call. */
export async function unwrap<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
