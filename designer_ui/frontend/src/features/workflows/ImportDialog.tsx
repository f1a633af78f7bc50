import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { useLocation } from "wouter";
import { ApiError, messageOf } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Textarea } from "@/ui/Field";
import { toast } from "@/ui/toast";
import { importWorkflow } from "./api";

const MOST_BYTES = 10 * 1024 * 1024;
const MOST_FINDINGS = 8;

interface ImportDialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

/** Takes a workflow in from a file or from pasted text, as JSON or YAML. */
export function ImportDialog({ isOpen, onOpenChange }: ImportDialogProps) {
  const formId = useId();
  const file = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [title, setTitle] = useState("");
  const [fileName, setFileName] = useState("");
  const [, navigate] = useLocation();
  const importing = useMutation({
    mutationFn: () => importWorkflow(text, title.trim()),
    onSuccess: (workflow) => {
      toast.success(`“${workflow.title}” was imported`);
      onOpenChange(false);
      navigate(`/workflows/${workflow.id}`);
    },
  });
  const read = async (chosen: File | undefined) => {
    if (!chosen) {
      return;
    }
    if (chosen.size > MOST_BYTES) {
      toast.error("This file is too big", { description: "A workflow has at most 10 MB." });
      return;
    }
    setText(await chosen.text());
    setFileName(chosen.name);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) {
      importing.mutate();
    }
  };
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Import a workflow"
      description="From a file that was exported, or from text. JSON and YAML are both read."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form={formId}
            isBusy={importing.isPending}
            disabled={!text.trim()}
          >
            Import workflow
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4">
        <div className="flex items-center gap-3">
          <input
            ref={file}
            type="file"
            accept=".json,.yaml,.yml,application/json"
            aria-label="Workflow file"
            className="sr-only"
            onChange={(event) => read(event.target.files?.[0])}
          />
          <Button onClick={() => file.current?.click()}>
            <FileUp aria-hidden /> Choose a file
          </Button>
          <span className="truncate text-muted-foreground text-xs">{fileName || "or paste"}</span>
        </div>
        <Field label="Workflow as text" isRequired>
          {(ids) => (
            <Textarea
              {...ids}
              rows={10}
              spellCheck={false}
              className="font-mono text-xs"
              value={text}
              placeholder={'{\n  "kind": "graph",\n  "nodes": []\n}'}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Field label="Title" hint="Leave empty to keep the title in the file.">
          {(ids) => (
            <Input {...ids} value={title} onChange={(event) => setTitle(event.target.value)} />
          )}
        </Field>
        {importing.isError && <Findings error={importing.error} />}
      </form>
    </Dialog>
  );
}

/** What is wrong with the text, place by place. */
function Findings({ error }: { error: unknown }) {
  const findings = error instanceof ApiError ? error.errors : [];
  return (
    <div
      role="alert"
      className="rounded-lg border border-status-failed/40 bg-status-failed/5 px-3 py-2.5 text-[13px]"
    >
      <p className="font-medium text-status-failed">
        {error instanceof ApiError ? error.message : messageOf(error)}
      </p>
      {findings.length > 0 && (
        <ul className="mt-1.5 list-disc space-y-1 pl-4">
          {findings.slice(0, MOST_FINDINGS).map((finding) => (
            <li key={`${finding.field} ${finding.message}`}>
              {finding.message}
              {finding.hint && <span className="text-muted-foreground"> {finding.hint}</span>}
            </li>
          ))}
          {findings.length > MOST_FINDINGS && <li>and {findings.length - MOST_FINDINGS} more</li>}
        </ul>
      )}
    </div>
  );
}
