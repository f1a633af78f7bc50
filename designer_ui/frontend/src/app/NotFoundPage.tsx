import { Compass } from "lucide-react";
import { Link } from "wouter";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { PageHeader } from "./PageHeader";

export function NotFoundPage() {
  return (
    <>
      <PageHeader breadcrumb={[{ label: "Not found" }]} />
      <EmptyState
        icon={Compass}
        title="There is no such page"
        action={
          <Button asChild variant="primary">
            <Link href="/workflows">To the workflows</Link>
          </Button>
        }
      >
        The address may be mistyped, or what stood here was removed.
      </EmptyState>
    </>
  );
}
