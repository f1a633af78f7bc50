/** The API's types by the names that the pages use; all come from the OpenAPI document. */
export type * from "./schema";
