import { bootstrap } from "./bootstrap";

/** Logs out by POST, as Django asks. */
export function logOut(): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = bootstrap.urls.logout;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  form.append(token);
  document.body.append(form);
  form.submit();
}
