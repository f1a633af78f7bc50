import { useState } from "react";
import { asDrawn, rulesOf } from "@/documents/rules";
import type { WorkflowDocument } from "@/documents/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { RelativeTime } from "@/ui/RelativeTime";
import { toast } from "@/ui/toast";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";
import { useSaver } from "../store/SessionContext";

const sizeOf = (document: WorkflowDocument) => rulesOf(document).sizeInWords(document);

/** Somebody else saved in the meantime: a person decides, and both stay within reach of undo. */
export function ConflictDialog() {
  const store = useDesignerStore();
  const saver = useSaver();
  const mine = useDocument();
  const theirs = useDesigner((state) => state.save.theirs);
  const [isBusy, setIsBusy] = useState(false);
  if (!theirs) return null;
  const theirDocument = asDrawn(theirs.document);
  const who = theirs.updated_by ?? "Somebody";

  const keepMine = async () => {
    setIsBusy(true);
    const { perform } = store.getState();
    // Theirs passes through the history, so that undo still reaches it.
    perform({ kind: "replace", document: theirDocument, reason: `take the draft of ${who}` });
    perform({ kind: "replace", document: mine, reason: "keep my draft" });
    await saver.keepMine();
    setIsBusy(false);
  };
  const takeTheirs = () => {
    const document = saver.takeTheirs();
    if (!document) return;
    store.getState().perform({ kind: "replace", document, reason: `take the draft of ${who}` });
    store.setState({ problems: theirs.problems });
    toast.info("Their draft is shown", { description: "Undo brings yours back." });
  };
  return (
    <Dialog
      isOpen
      isDecision
      onOpenChange={() => {}}
      title="This workflow was saved by somebody else"
      description={
        <>
          {who} saved revision {theirs.revision} <RelativeTime at={theirs.updated_at} />, while you
          were editing an older one. Nothing of yours has been lost or saved over.
        </>
      }
      footer={
        <>
          <Button isBusy={isBusy} onClick={takeTheirs}>
            Take theirs
          </Button>
          <Button variant="primary" isBusy={isBusy} onClick={keepMine}>
            Keep mine
          </Button>
        </>
      }
    >
      <dl className="grid grid-cols-2 gap-3 text-[13px]">
        <div className="rounded-lg border p-3">
          <dt className="font-medium">Yours</dt>
          <dd className="text-muted-foreground">{sizeOf(mine)}</dd>
        </div>
        <div className="rounded-lg border p-3">
          <dt className="font-medium">Theirs</dt>
          <dd className="text-muted-foreground">{sizeOf(theirDocument)}</dd>
        </div>
      </dl>
      <p className="mt-3 text-muted-foreground text-xs">
        Whichever you choose, the other one stays in the undo history of this tab.
      </p>
    </Dialog>
  );
}
