import { Bot, Wrench } from "lucide-react";
import { Link } from "wouter";
import type { AgentStepView } from "@/api/types";
import { Badge } from "@/ui/Badge";
import { DataTree } from "./DataTree";
import { stepFacts, textOfStep } from "./transcriptText";

/** What an agent did, call by call: what the model said, what tools were asked and answered. */
export function Transcript({ steps }: { steps: readonly AgentStepView[] }) {
  if (steps.length === 0) {
    return <p className="text-[13px] text-muted-foreground">The agent has not begun yet.</p>;
  }
  return (
    <ol aria-label="Transcript" className="space-y-3">
      {steps.map((step) => (
        <TranscriptStep key={step.number} step={step} />
      ))}
    </ol>
  );
}

function TranscriptStep({ step }: { step: AgentStepView }) {
  const Icon = step.kind === "model" ? Bot : Wrench;
  const text = textOfStep(step);
  const facts = stepFacts(step);
  return (
    <li className="rounded-lg border p-3 text-[13px]">
      <div className="flex flex-wrap items-center gap-2">
        <Icon aria-hidden className="size-4 text-family-ai" />
        <span className="min-w-0 flex-1 truncate font-medium">{step.name}</span>
        <Badge>{step.status}</Badge>
      </div>
      {step.kind === "tool" && (
        <div className="mt-2">
          <DataTree value={step.request.arguments} label="Arguments" />
        </div>
      )}
      {text && <p className="mt-2 whitespace-pre-wrap break-words">{text}</p>}
      {step.response && "result" in step.response && typeof step.response.result !== "string" && (
        <div className="mt-2">
          <DataTree value={step.response.result} label="Result" />
        </div>
      )}
      <p className="mt-1.5 text-muted-foreground text-xs">{facts}</p>
      {step.status === "waiting" && step.human_task_id && (
        <Link href={`/inbox/${step.human_task_id}`} className="text-primary text-xs underline">
          Decide on this call
        </Link>
      )}
    </li>
  );
}
