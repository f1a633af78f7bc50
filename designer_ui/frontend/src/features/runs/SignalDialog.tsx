import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { messageOf } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Textarea } from "@/ui/Field";
import { toast } from "@/ui/toast";
import { sendSignal } from "./api";

interface SignalDialogProps {
  runId: string;
  /** The signal that is waited for. */
  name: string;
  onClose: () => void;
}

/** Sends a named message, with data, to the waiting run. */
export function SignalDialog({ runId, name, onClose }: SignalDialogProps) {
  const formId = useId();
  const [text, setText] = useState("{}");
  const [textError, setTextError] = useState("");
  const sending = useMutation({
    mutationFn: (payload: unknown) => sendSignal(runId, name, payload),
    onSuccess: () => {
      toast.success(`The signal “${name}” was sent`);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      const payload: unknown = text.trim() ? JSON.parse(text) : {};
      setTextError("");
      sending.mutate(payload);
    } catch {
      setTextError("This is not valid JSON.");
    }
  };
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Send a signal"
      description="The node that waits for it goes on with the data as its output."
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={formId} isBusy={sending.isPending}>
            Send signal
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4">
        <Field label="Signal">{(ids) => <Input {...ids} readOnly value={name} />}</Field>
        <Field
          label="Data as JSON"
          error={textError || (sending.isError ? messageOf(sending.error) : undefined)}
        >
          {(ids) => (
            <Textarea
              {...ids}
              rows={5}
              spellCheck={false}
              className="font-mono text-xs"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
