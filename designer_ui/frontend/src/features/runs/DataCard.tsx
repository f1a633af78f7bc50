import { Braces, Check, Copy, Rows3 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/ui/IconButton";
import { toast } from "@/ui/toast";
import { DataTree } from "./DataTree";
import { shapeOf } from "./dataShape";

interface DataCardProps {
  title: string;
  value: unknown;
  /** Said when there is no data. */
  nothing: string;
}

/** A piece of data with a name: to read, as JSON, or to copy. */
export function DataCard({ title, value, nothing }: DataCardProps) {
  const [isRaw, setRaw] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? "null";
  const isEmpty = shapeOf(value).kind === "nothing";
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    } catch {
      toast.error("The browser did not allow copying");
    }
  };
  return (
    <section aria-label={title} className="min-w-0">
      <div className="mb-1 flex min-h-7 items-center gap-1">
        <h3 className="mr-auto font-semibold text-[13px]">{title}</h3>
        {!isEmpty && (
          <>
            <IconButton
              label={isRaw ? `${title} to read` : `${title} as JSON`}
              size="icon-sm"
              aria-pressed={isRaw}
              onClick={() => setRaw(!isRaw)}
            >
              {isRaw ? <Rows3 /> : <Braces />}
            </IconButton>
            <IconButton label={`Copy ${title.toLowerCase()}`} size="icon-sm" onClick={copy}>
              {isCopied ? <Check /> : <Copy />}
            </IconButton>
          </>
        )}
      </div>
      {isEmpty && <p className="text-[13px] text-muted-foreground">{nothing}</p>}
      {!isEmpty && isRaw && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          className="scroll-thin max-h-96 overflow-auto rounded-md border bg-muted p-3 font-mono text-xs"
        >
          {text}
        </pre>
      )}
      {!isEmpty && !isRaw && <DataTree value={value} label={title} />}
    </section>
  );
}
