import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { messageOf } from "@/api/problem";
import type { NodeView } from "@/live/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Textarea } from "@/ui/Field";
import { type AttentionChoice, resolveAttention } from "./api";

const CHOICES: readonly { value: AttentionChoice; label: string; hint: string }[] = [
  { value: "retry", label: "Try again", hint: "With all its attempts anew." },
  { value: "resolve", label: "Resolved by hand", hint: "Go on as if it had succeeded." },
  { value: "skip", label: "Leave it out", hint: "Go on without it." },
];

interface AttentionDialogProps {
  runId: string;
  node: NodeView;
  title: string;
  onClose: () => void;
}

/** Asks an operator how to go on with a node whose attempts are used up. */
export function AttentionDialog({ runId, node, title, onClose }: AttentionDialogProps) {
  const formId = useId();
  const [choice, setChoice] = useState<AttentionChoice>("retry");
  const [note, setNote] = useState("");
  const resolving = useMutation({
    mutationFn: () => resolveAttention(runId, node, choice, note.trim()),
    onSuccess: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    resolving.mutate();
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`How does “${title}” go on?`}
      description={node.error?.message || "Its attempts are used up."}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} isBusy={resolving.isPending}>
            Go on
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4">
        <fieldset className="space-y-2">
          <legend className="sr-only">How to go on</legend>
          {CHOICES.map(({ value, label, hint }) => (
            <label key={value} className="flex items-baseline gap-2 text-sm">
              <input
                type="radio"
                name={`${formId}-choice`}
                value={value}
                checked={choice === value}
                onChange={() => setChoice(value)}
              />
              <span>
                <span className="font-medium">{label}</span>{" "}
                <span className="text-muted-foreground">{hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field
          label="Note"
          hint={
            choice === "resolve"
              ? "What was done by hand; it is kept in the journal."
              : "Optional; it is kept in the journal."
          }
          error={resolving.isError ? messageOf(resolving.error) : undefined}
        >
          {(ids) => (
            <Textarea
              {...ids}
              rows={3}
              required={choice === "resolve"}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
