import { ApiError } from "@/api/problem";
import { ErrorState } from "@/ui/EmptyState";

interface LoadErrorProps {
  error: unknown;
  onRetry: () => void;
  className?: string;
}

const FINAL: Readonly<Record<number, string>> = {
  403: "You may not see this",
  404: "There is nothing here",
};

/** Why a page has nothing to show. Trying again is offered only where it can help. */
export function LoadError({ error, onRetry, className }: LoadErrorProps) {
  const title = error instanceof ApiError ? FINAL[error.status] : undefined;
  return (
    <ErrorState
      error={error}
      title={title}
      onRetry={title ? undefined : onRetry}
      className={className}
    />
  );
}
