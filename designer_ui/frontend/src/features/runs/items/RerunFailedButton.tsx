import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useLocation } from "wouter";
import { usePermission } from "@/api/queries";
import { isClosed } from "@/live/types";
import { Button } from "@/ui/Button";
import { Tooltip } from "@/ui/Tooltip";
import { toast, toastError } from "@/ui/toast";
import { useRun } from "../RunContext";
import { retryFailedItems } from "./api";

/** Starts a new run over nothing but the failed items. Only a run that is over has them all. */
export function RerunFailedButton({ runId, nodeId }: { runId: string; nodeId: string }) {
  const [, navigate] = useLocation();
  const isOver = useRun((state) => isClosed(state.run.status));
  const mayOperate = usePermission("operate_run");
  const rerunning = useMutation({
    mutationFn: () => retryFailedItems(runId, nodeId),
    onSuccess: (run) => {
      toast.success("A new run was started over the failed items");
      navigate(`/runs/${run.id}?node=${nodeId}`);
    },
    onError: (error) => toastError(error, "The failed items could not be run again"),
  });
  if (!mayOperate) return null;
  const button = (
    <Button
      size="sm"
      isBusy={rerunning.isPending}
      disabled={!isOver}
      onClick={() => rerunning.mutate()}
    >
      <RotateCcw aria-hidden /> Rerun failed only
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
