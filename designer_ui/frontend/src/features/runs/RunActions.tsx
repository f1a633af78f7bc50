import { useMutation } from "@tanstack/react-query";
import { CirclePause, CirclePlay, OctagonX } from "lucide-react";
import { useState } from "react";
import { usePermission } from "@/api/queries";
import { isClosed } from "@/live/types";
import { Button } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { Field, Textarea } from "@/ui/Field";
import { toastError } from "@/ui/toast";
import { cancelRun, pauseRun, resumeRun } from "./api";
import { useRun } from "./RunContext";

/** Pause, resume, cancel: only what the run's status allows. */
export function RunActions() {
  const runId = useRun((state) => state.run.id);
  const status = useRun((state) => state.run.status);
  const mayOperate = usePermission("operate_run");
  const pausing = useMutation({
    mutationFn: () => pauseRun(runId),
    onError: (error) => toastError(error, "The run could not be paused"),
  });
  const resuming = useMutation({
    mutationFn: () => resumeRun(runId),
    onError: (error) => toastError(error, "The run could not be resumed"),
  });
  if (!mayOperate || isClosed(status)) {
    return null;
  }
  return (
    <>
      {status === "paused" ? (
        <Button variant="primary" isBusy={resuming.isPending} onClick={() => resuming.mutate()}>
          <CirclePlay aria-hidden /> Resume
        </Button>
      ) : (
        <Button isBusy={pausing.isPending} onClick={() => pausing.mutate()}>
          <CirclePause aria-hidden /> Pause
        </Button>
      )}
      {status !== "compensating" && <CancelButton runId={runId} />}
    </>
  );
}

function CancelButton({ runId }: { runId: string }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const cancelling = useMutation({
    mutationFn: () => cancelRun(runId, reason.trim()),
    onSuccess: () => setOpen(false),
    onError: (error) => toastError(error, "The run could not be cancelled"),
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <OctagonX aria-hidden /> Cancel run
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title="Cancel this run?"
        description="Nothing new starts, and open requests to people are withdrawn. What has already happened is not undone, except in a saga."
        confirmLabel="Cancel the run"
        isDanger
        isBusy={cancelling.isPending}
        onConfirm={() => cancelling.mutate()}
      >
        <Field label="Reason" hint="Optional; it is kept in the journal.">
          {(ids) => (
            <Textarea
              {...ids}
              rows={2}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </ConfirmDialog>
    </>
  );
}
