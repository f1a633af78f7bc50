import type { ComponentType } from "react";
import type { WorkflowDetail } from "@/api/types";
import type { Part } from "@/documents/types";
import type { NodeType } from "@/graph/types";
import { BulkCanvas } from "./bulk/BulkCanvas";
import { BulkSettings } from "./bulk/BulkSettings";
import type { KindCanvasProps } from "./canvasHandle";
import { GraphCanvas } from "./graph/GraphCanvas";
import { GraphSettings } from "./graph/GraphSettings";
import { MachineEditor } from "./machine/MachineEditor";
import { MachineSettings } from "./machine/MachineSettings";
import { PipelineCanvas } from "./pipeline/PipelineCanvas";
import { PipelineSettings } from "./pipeline/PipelineSettings";
import { SagaCanvas } from "./saga/SagaCanvas";
import { SagaSettings } from "./saga/SagaSettings";

export interface PartSettingsProps {
  part: Part;
  type: NodeType | undefined;
}

/** What the designer shows of a kind of workflow: how it is drawn, and how a part of it is set up. */
export interface DesignerKind {
  Canvas: ComponentType<KindCanvasProps>;
  /** The body of the inspector. */
  Settings: ComponentType<PartSettingsProps>;
}

const kinds: Readonly<Record<WorkflowDetail["kind"], DesignerKind>> = {
  graph: { Canvas: GraphCanvas, Settings: GraphSettings },
  pipeline: { Canvas: PipelineCanvas, Settings: PipelineSettings },
  saga: { Canvas: SagaCanvas, Settings: SagaSettings },
  state_machine: { Canvas: MachineEditor, Settings: MachineSettings },
  bulk: { Canvas: BulkCanvas, Settings: BulkSettings },
};

export const designerKind = (kind: WorkflowDetail["kind"]): DesignerKind => kinds[kind];
