import { lazy, Suspense } from "react";
import { Skeleton } from "@/ui/Skeleton";
import type { CodeEditorProps } from "./CodeEditor";

const CodeEditor = lazy(() => import("./CodeEditor"));

/** The code editor, which comes as a chunk of its own when the first one is shown. */
export function LazyCodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Skeleton className={props.isMultiline ? "h-18" : "h-8.5"} />}>
      <CodeEditor {...props} />
    </Suspense>
  );
}
