import { CircleAlert, CircleCheck, CloudOff, LoaderCircle, PencilLine } from "lucide-react";
import { RelativeTime } from "@/ui/RelativeTime";
import { Tooltip } from "@/ui/Tooltip";
import { useDesigner } from "../store/designerStore";

/** Saved, saving, unsaved: in words, and announced. */
export function SaveStatus() {
  const save = useDesigner((state) => state.save);
  const looks = {
    saved: { icon: <CircleCheck className="text-status-succeeded" />, text: "Saved" },
    dirty: { icon: <PencilLine />, text: "Unsaved changes" },
    saving: { icon: <LoaderCircle className="animate-spin" />, text: "Saving…" },
    failed: {
      icon: <CloudOff className="text-status-failed" />,
      text: "Unsaved changes – trying again",
    },
    conflict: {
      icon: <CircleAlert className="text-status-failed" />,
      text: "Saved by somebody else",
    },
  };
  const look = looks[save.phase];
  const by = save.updatedBy ? ` by ${save.updatedBy}` : "";
  const hint =
    save.phase === "failed" ? (
      save.message
    ) : (
      <>
        Last saved <RelativeTime at={save.updatedAt} />
        {by}
      </>
    );
  return (
    <Tooltip label={<span>{hint}</span>}>
      <span
        role="status"
        data-testid="save-state"
        data-phase={save.phase}
        className="inline-flex items-center gap-1.5 whitespace-nowrap text-muted-foreground text-xs [&_svg]:size-3.5"
      >
        {look.icon}
        {look.text}
      </span>
    </Tooltip>
  );
}

/** How the draft stands to what is published. */
export function VersionStatus() {
  const published = useDesigner((state) => state.published);
  const save = useDesigner((state) => state.save);
  const text = !published
    ? "Not published yet"
    : save.hash === published.hash && save.phase === "saved"
      ? `Same as version ${published.number}`
      : `Draft differs from version ${published.number}`;
  const differs = Boolean(published) && !text.startsWith("Same");
  return (
    <span
      data-testid="version-state"
      className="inline-flex items-center gap-1.5 whitespace-nowrap text-muted-foreground text-xs"
    >
      {differs && <span aria-hidden className="size-1.5 rounded-full bg-primary" />}
      {text}
    </span>
  );
}
