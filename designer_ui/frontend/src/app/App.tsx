import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { queryClient } from "@/api/queryClient";
import { SkeletonRows } from "@/ui/Skeleton";
import { TooltipProvider } from "@/ui/Tooltip";
import { ErrorBoundary } from "./ErrorBoundary";
import { NotFoundPage } from "./NotFoundPage";
import { PageBody } from "./PageHeader";
import { Shell } from "./Shell";

const WorkflowListPage = lazy(() => import("@/features/workflows/WorkflowListPage"));
const VersionPage = lazy(() => import("@/features/workflows/VersionPage"));
const DesignerPage = lazy(() => import("@/features/designer/DesignerPage"));
const RunListPage = lazy(() => import("@/features/runs/RunListPage"));
const RunPage = lazy(() => import("@/features/runs/RunPage"));
const InboxPage = lazy(() => import("@/features/inbox/InboxPage"));
const InboxTaskPage = lazy(() => import("@/features/inbox/InboxTaskPage"));
const ConnectionListPage = lazy(() => import("@/features/connections/ConnectionListPage"));
const DashboardPage = lazy(() => import("@/features/dashboard/DashboardPage"));

function Loading() {
  return (
    <PageBody>
      <SkeletonRows />
    </PageBody>
  );
}

function Pages() {
  const [location] = useLocation();
  return (
    <ErrorBoundary resetKey={location}>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/">
            <Redirect to="/workflows" replace />
          </Route>
          <Route path="/workflows">
            <WorkflowListPage />
          </Route>
          <Route path="/workflows/:id">
            {({ id }) => <DesignerPage key={id} workflowId={id} />}
          </Route>
          <Route path="/workflows/:id/versions/:number">
            {({ id, number }) => <VersionPage workflowId={id} number={Number(number)} />}
          </Route>
          <Route path="/runs">
            <RunListPage />
          </Route>
          <Route path="/runs/:id">{({ id }) => <RunPage key={id} runId={id} />}</Route>
          <Route path="/inbox">
            <InboxPage />
          </Route>
          <Route path="/inbox/:id">{({ id }) => <InboxTaskPage key={id} humanTaskId={id} />}</Route>
          <Route path="/dashboard">
            <DashboardPage />
          </Route>
          <Route path="/connections">
            <ConnectionListPage />
          </Route>
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <Shell>
          <Pages />
        </Shell>
      </TooltipProvider>
    </QueryClientProvider>
  );
}
