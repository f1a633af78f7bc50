import { CircleCheckBig, LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { messageOf } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Textarea } from "@/ui/Field";
import { toast } from "@/ui/toast";
import type { CanvasHandle } from "../canvasHandle";
import { ProblemList } from "../ProblemList";
import { useDesigner, useDesignerStore } from "../store/designerStore";
import { useSaver } from "../store/SessionContext";
import { usePublish } from "../usePublish";

/** Publishes, or says what stands in the way. */
export function PublishDialog({ canvas }: { canvas: CanvasHandle | null }) {
  const store = useDesignerStore();
  const saver = useSaver();
  const problems = useDesigner((state) => state.problems);
  const published = useDesigner((state) => state.published);
  const phase = useDesigner((state) => state.save.phase);
  const publish = usePublish();
  const [note, setNote] = useState("");
  const [isChecking, setIsChecking] = useState(true);
  useEffect(() => {
    // Saving brings the problems of exactly what is drawn.
    saver.flush().finally(() => setIsChecking(false));
  }, [saver]);
  const errors = problems.filter((problem) => problem.severity === "error");
  const close = () => store.setState({ dialog: null });
  const isBlocked = errors.length > 0;
  const submit = () =>
    publish.mutate(note, {
      onSuccess: (version) => {
        close();
        toast.success(`Version ${version.number} is published`, {
          description: "New runs use it from now on.",
        });
      },
    });
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title={isBlocked ? "Not ready to publish" : `Publish version ${(published?.number ?? 0) + 1}`}
      description={
        isBlocked
          ? `${errors.length} ${errors.length === 1 ? "problem stands" : "problems stand"} in the way. Click one to go there.`
          : "New runs use this version. Runs under way keep theirs."
      }
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          {!isBlocked && (
            <Button
              variant="primary"
              isBusy={publish.isPending}
              disabled={isChecking || phase === "conflict"}
              onClick={submit}
            >
              Publish
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-4">
        {problems.length > 0 && (
          <div className="-mx-1 overflow-hidden rounded-lg border">
            <ProblemList
              problems={isBlocked ? errors : problems}
              onPick={(problem) => {
                close();
                canvas?.showProblem(problem);
              }}
            />
          </div>
        )}
        {!isBlocked && (
          <>
            {isChecking ? (
              <p className="flex items-center gap-2 text-[13px] text-muted-foreground">
                <LoaderCircle aria-hidden className="size-4 animate-spin" /> Checking what is drawn
              </p>
            ) : (
              problems.length === 0 && (
                <p className="flex items-center gap-2 text-[13px] text-status-succeeded">
                  <CircleCheckBig aria-hidden className="size-4" /> No problems found.
                </p>
              )
            )}
            <Field label="What changed" hint="Optional; shown in the list of versions.">
              {(ids) => (
                <Textarea
                  {...ids}
                  value={note}
                  maxLength={2000}
                  onChange={(event) => setNote(event.target.value)}
                />
              )}
            </Field>
          </>
        )}
        {publish.error && !isBlocked && (
          <p role="alert" className="text-[13px] text-status-failed">
            {messageOf(publish.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
