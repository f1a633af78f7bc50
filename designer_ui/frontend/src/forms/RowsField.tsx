import type { FieldProps } from "@rjsf/utils";
import { useMutation, useQuery } from "@tanstack/react-query";
import { FileSpreadsheet, FileUp } from "lucide-react";
import { type DragEvent, useEffect, useId, useRef, useState } from "react";
import { ApiError, messageOf } from "@/api/problem";
import { keys } from "@/api/queries";
import { queryClient } from "@/api/queryClient";
import { UPLOADING, uploadFile, uploadQuery } from "@/api/uploads";
import { Button } from "@/ui/Button";
import { cn } from "@/ui/cn";
import { ProgressBar } from "@/ui/ProgressBar";
import { JsonField } from "./JsonField";
import { countOf, formatSize, isUploadRef, takesList } from "./rows";

const ACCEPTED = ".csv,.tsv,.json,.jsonl,.ndjson";

type Source = "file" | "list";

/** Rows to work on: a file that is chosen or dropped, or a list as JSON where one may be given. */
export function RowsField({ schema, formData, fieldPathId, required, onChange }: FieldProps) {
  const titleId = useId();
  const hintId = useId();
  const hasChoice = takesList(schema);
  const [source, setSource] = useState<Source>(
    hasChoice && Array.isArray(formData) ? "list" : "file",
  );
  const list = useRef<unknown>(Array.isArray(formData) ? formData : []);
  const emit = (value: unknown) => onChange(value, fieldPathId.path, undefined, fieldPathId.$id);
  const choose = (next: Source) => {
    setSource(next);
    emit(next === "list" ? list.current : undefined);
  };
  return (
    <fieldset aria-labelledby={titleId} aria-describedby={hintId} className="min-w-0 space-y-1.5">
      <div className="flex min-h-5 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <span id={titleId} className="font-medium text-[13px]">
          {schema.title || fieldPathId.path.at(-1)}
          {required && (
            <span aria-hidden className="ml-0.5 text-status-failed">
              *
            </span>
          )}
        </span>
        {hasChoice && (
          <div className="flex gap-4 text-[13px]">
            {(["file", "list"] as const).map((each) => (
              <label key={each} className="flex items-center gap-1.5">
                <input
                  type="radio"
                  name={titleId}
                  className="size-4 accent-primary"
                  checked={source === each}
                  onChange={() => choose(each)}
                />
                {each === "file" ? "A file" : "A list"}
              </label>
            ))}
          </div>
        )}
      </div>
      {source === "list" ? (
        <JsonField
          label={`${schema.title || "Rows"} as a list`}
          value={formData}
          onChange={(value) => {
            list.current = value;
            emit(value);
          }}
        />
      ) : (
        <FilePick
          uploadId={isUploadRef(formData) ? formData.upload : null}
          hintId={hintId}
          onUploaded={(id) => emit(id === null ? undefined : { upload: id })}
        />
      )}
      <p id={hintId} className="text-muted-foreground text-xs">
        {schema.description}
      </p>
    </fieldset>
  );
}

interface FilePickProps {
  uploadId: string | null;
  hintId: string;
  onUploaded: (id: string | null) => void;
}

/** Takes one file, sends it at once, and says what is in it. */
function FilePick({ uploadId, hintId, onUploaded }: FilePickProps) {
  const input = useRef<HTMLInputElement>(null);
  const sending = useRef<AbortController>(null);
  const [share, setShare] = useState(0);
  const [isOver, setOver] = useState(false);
  useEffect(() => () => sending.current?.abort(), []);
  const upload = useMutation({
    mutationKey: UPLOADING,
    mutationFn: (file: File) => {
      sending.current = new AbortController();
      return uploadFile(file, { onProgress: setShare, signal: sending.current.signal });
    },
    onMutate: () => {
      setShare(0);
      onUploaded(null);
    },
    onSuccess: (view) => {
      queryClient.setQueryData(keys.upload(view.id), view);
      onUploaded(view.id);
    },
  });
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    sending.current?.abort();
    upload.mutate(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the button within
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        "space-y-3 rounded-lg border border-input border-dashed bg-muted/40 p-3 transition-colors",
        isOver && "border-primary bg-primary/5",
      )}
    >
      {upload.isPending ? (
        <Sending file={upload.variables} share={share} onCancel={() => sending.current?.abort()} />
      ) : upload.isError && !isAbort(upload.error) ? (
        <Refused file={upload.variables} error={upload.error} />
      ) : (
        uploadId && <Uploaded id={uploadId} />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <input
          ref={input}
          type="file"
          hidden
          accept={ACCEPTED}
          onChange={(event) => {
            take(event.target.files);
            // The same file, corrected, can be chosen again.
            event.target.value = "";
          }}
        />
        <Button size="sm" aria-describedby={hintId} onClick={() => input.current?.click()}>
          <FileUp aria-hidden /> {uploadId ? "Choose another file" : "Choose a file"}
        </Button>
        <span className="text-muted-foreground text-xs">
          or drop it here: CSV, JSON, JSON Lines
        </span>
      </div>
    </div>
  );
}

const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";

function Sending(props: { file: File; share: number; onCancel: () => void }) {
  const { file, share, onCancel } = props;
  return (
    <div className="flex items-center gap-3">
      <div className="min-w-0 flex-1 space-y-1">
        <p className="truncate text-[13px]">{file.name}</p>
        <ProgressBar label={`Upload of ${file.name}`} value={share} />
        <p className="tabular text-muted-foreground text-xs">
          {share < 1
            ? `${Math.floor(share * 100)} % of ${formatSize(file.size)}`
            : "Looking at its rows…"}
        </p>
      </div>
      <Button size="sm" variant="ghost" onClick={onCancel}>
        Cancel upload
      </Button>
    </div>
  );
}

function Refused({ file, error }: { file: File; error: Error }) {
  const hint = error instanceof ApiError ? error.errors[0]?.hint : null;
  const message = messageOf(error);
  return (
    <p role="alert" className="break-words text-[13px] text-status-failed">
      {file.name}: {message} {hint && !message.includes(hint) && hint}
    </p>
  );
}

function Uploaded({ id }: { id: string }) {
  const { data: file, isError } = useQuery(uploadQuery(id));
  if (isError) {
    return (
      <p role="alert" className="text-[13px] text-status-failed">
        The file chosen before is no longer there.
      </p>
    );
  }
  return (
    <div role="status" className="flex min-h-9 items-center gap-3">
      <FileSpreadsheet aria-hidden className="size-5 shrink-0 text-status-succeeded" />
      {file && (
        <div className="min-w-0">
          <p className="truncate font-medium text-[13px]">{file.name}</p>
          <p className="tabular text-muted-foreground text-xs">
            {file.rows === null
              ? "Rows are counted when the run reads them"
              : countOf(file.rows, "row")}
            {` · ${formatSize(file.size)}`}
            {file.broken_rows
              ? ` · ${countOf(file.broken_rows, "broken row")}, to be counted as failed`
              : ""}
          </p>
        </div>
      )}
    </div>
  );
}
