import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useLocation } from "wouter";
import { usePermission } from "@/api/queries";
import { isClosed } from "@/live/types";
import { Button, type ButtonProps } from "@/ui/Button";
import { Tooltip } from "@/ui/Tooltip";
import { toast, toastError } from "@/ui/toast";
import { retryFrom } from "./api";
import { useRun } from "./RunContext";

interface RetryButtonProps {
  runId: string;
  nodeId: string;
  size?: ButtonProps["size"];
  variant?: ButtonProps["variant"];
}

/** Starts a new run that takes over what ran before the node. Only a run that is over can be retried. */
export function RetryButton({ runId, nodeId, size, variant = "primary" }: RetryButtonProps) {
  const [, navigate] = useLocation();
  const isOver = useRun((state) => isClosed(state.run.status));
  const mayOperate = usePermission("operate_run");
  const retrying = useMutation({
    mutationFn: () => retryFrom(runId, nodeId),
    onSuccess: (run) => {
      toast.success("A new run was started from here");
      navigate(`/runs/${run.id}`);
    },
    onError: (error) => toastError(error, "The run could not be retried"),
  });
  if (!mayOperate) {
    return null;
  }
  const button = (
    <Button
      size={size}
      variant={variant}
      isBusy={retrying.isPending}
      disabled={!isOver}
      onClick={() => retrying.mutate()}
    >
      <RotateCcw aria-hidden /> Retry from here
    </Button>
  );
  return isOver ? (
    button
  ) : (
    <Tooltip label="Once the run is over">
      {/* A disabled button tells nobody why: the frame around it does. */}
      <span>{button}</span>
    </Tooltip>
  );
}
