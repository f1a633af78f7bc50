import { isObject } from "@/graph/types";
import { type BulkDocument, PROCESSOR_ID, type Processor } from "./parts";

const MARK = "flowdeck/processor";

/** The processor as JSON for the clipboard; empty when it is not chosen, or not there. */
export function copyProcessor({ processor }: BulkDocument, ids: ReadonlySet<string>): string {
  if (processor === null || !ids.has(PROCESSOR_ID)) return "";
  return JSON.stringify({ mark: MARK, processor }, null, 2);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The processor that a clipboard's text holds; null when it holds something else. */
export function readProcessor(text: string): Processor | null {
  const read = parse(text);
  if (!isObject(read) || read.mark !== MARK || !isObject(read.processor)) return null;
  const { type, config, mode, retry, timeout_seconds: seconds } = read.processor;
  if (typeof type !== "string" || !isObject(config)) return null;
  return {
    type,
    config: config as Processor["config"],
    mode: mode === "batch" ? "batch" : "item",
    retry: isObject(retry) ? (retry as Processor["retry"]) : null,
    timeout_seconds: typeof seconds === "number" && seconds > 0 ? seconds : null,
  };
}
