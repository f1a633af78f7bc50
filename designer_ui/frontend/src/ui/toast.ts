import { toast } from "sonner";
import { messageOf } from "@/api/problem";

/** Tells of a failure in plain words. */
export function toastError(error: unknown, title = "That did not work"): void {
  toast.error(title, { description: messageOf(error) });
}

export { toast };
