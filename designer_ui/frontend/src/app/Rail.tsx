import {
  Cable,
  ChartNoAxesCombined,
  CircleUserRound,
  Command as CommandIcon,
  Inbox,
  Keyboard,
  ListChecks,
  LogOut,
  type LucideIcon,
  Monitor,
  Moon,
  Settings,
  Sun,
  Workflow,
} from "lucide-react";
import { Link, useLocation } from "wouter";
import { useMe, usePermission } from "@/api/queries";
import { cn } from "@/ui/cn";
import { Menu, MenuItem, MenuLabel, MenuRadioGroup, MenuSeparator } from "@/ui/Menu";
import { bootstrap } from "./bootstrap";
import { useCommandStore } from "./commands";
import { Logo } from "./Logo";
import { logOut } from "./logOut";
import { type Theme, useTheme } from "./theme";

interface Place {
  href: string;
  label: string;
  icon: LucideIcon;
}

const places: Place[] = [
  { href: "/workflows", label: "Workflows", icon: Workflow },
  { href: "/runs", label: "Runs", icon: ListChecks },
  { href: "/inbox", label: "Inbox", icon: Inbox },
  { href: "/dashboard", label: "Dashboard", icon: ChartNoAxesCombined },
];

const connections: Place = { href: "/connections", label: "Connections", icon: Cable };

const itemClass =
  "group relative flex h-13 w-full flex-col items-center justify-center gap-1 rounded-lg text-[11px] font-medium text-muted-foreground transition-colors hover:bg-accent hover:text-foreground sm:w-16";

function RailLink({ place, count }: { place: Place; count?: number }) {
  const [location] = useLocation();
  const isCurrent = location === place.href || location.startsWith(`${place.href}/`);
  const Icon = place.icon;
  return (
    <Link
      href={place.href}
      aria-current={isCurrent ? "page" : undefined}
      className={cn(
        itemClass,
        isCurrent && "bg-primary-soft text-primary hover:bg-primary-soft hover:text-primary",
      )}
    >
      <Icon aria-hidden className="size-5" strokeWidth={1.9} />
      {place.label}{" "}
      {count ? (
        <span className="-translate-y-0.5 absolute top-1 left-1/2 ml-1.5 grid h-4 min-w-4 place-items-center rounded-full bg-primary px-1 font-semibold text-[10px] text-primary-foreground tabular">
          {count > 99 ? "99+" : count}
          <span className="sr-only"> waiting</span>
        </span>
      ) : null}
    </Link>
  );
}

const themes: { value: Theme; label: string; icon: React.ReactNode }[] = [
  { value: "system", label: "Like the system", icon: <Monitor /> },
  { value: "light", label: "Light", icon: <Sun /> },
  { value: "dark", label: "Dark", icon: <Moon /> },
];

function AccountMenu() {
  const { theme, setTheme } = useTheme();
  const setPaletteOpen = useCommandStore((state) => state.setPaletteOpen);
  const setShortcutListOpen = useCommandStore((state) => state.setShortcutListOpen);
  const [, navigate] = useLocation();
  const maySeeConnections = usePermission("view_connection");
  const { user } = bootstrap;
  return (
    <Menu
      side="right"
      align="end"
      trigger={
        <button type="button" aria-label="Account and theme" className={itemClass}>
          <CircleUserRound aria-hidden className="size-5" strokeWidth={1.9} />
          <span className="max-w-full truncate px-1">Account</span>
        </button>
      }
    >
      <MenuLabel>Logged in as {user.display_name || user.username}</MenuLabel>
      <MenuSeparator />
      <MenuRadioGroup label="Theme" value={theme} options={themes} onChange={setTheme} />
      <MenuSeparator />
      <MenuItem icon={<CommandIcon />} keys="Mod+K" onSelect={() => setPaletteOpen(true)}>
        Commands
      </MenuItem>
      <MenuItem icon={<Keyboard />} keys="?" onSelect={() => setShortcutListOpen(true)}>
        Keyboard shortcuts
      </MenuItem>
      {maySeeConnections && (
        <div className="sm:hidden">
          <MenuItem icon={<Cable />} onSelect={() => navigate(connections.href)}>
            Connections
          </MenuItem>
        </div>
      )}
      {bootstrap.urls.admin && (
        <div className="sm:hidden">
          <MenuItem
            icon={<Settings />}
            onSelect={() => window.location.assign(bootstrap.urls.admin ?? "/")}
          >
            Admin
          </MenuItem>
        </div>
      )}
      <MenuSeparator />
      <MenuItem icon={<LogOut />} onSelect={logOut}>
        Log out
      </MenuItem>
    </Menu>
  );
}

export function Rail() {
  const { data: me } = useMe();
  const maySeeConnections = usePermission("view_connection");
  return (
    <nav
      aria-label="Main"
      className="z-20 flex shrink-0 border-t bg-card pb-[env(safe-area-inset-bottom)] sm:w-18 sm:flex-col sm:items-center sm:border-t-0 sm:border-r sm:py-2.5"
    >
      <Link
        href="/workflows"
        aria-label="Flowdeck, to the workflows"
        className="mb-3 hidden size-10 place-items-center rounded-lg sm:grid"
      >
        <Logo className="size-7" />
      </Link>
      <div className="flex flex-1 gap-0.5 p-1 sm:flex-none sm:flex-col sm:gap-1 sm:p-0">
        {places.map((place) => (
          <RailLink
            key={place.href}
            place={place}
            count={place.href === "/inbox" ? me?.inbox_count : undefined}
          />
        ))}
        {maySeeConnections && (
          <div className="hidden sm:block">
            <RailLink place={connections} />
          </div>
        )}
      </div>
      <div className="hidden flex-1 sm:block" />
      <div className="flex w-1/5 flex-col gap-1 p-1 sm:w-auto sm:p-0">
        {bootstrap.urls.admin && (
          <a href={bootstrap.urls.admin} className={cn(itemClass, "hidden sm:flex")}>
            <Settings aria-hidden className="size-5" strokeWidth={1.9} />
            Admin
          </a>
        )}
        <AccountMenu />
      </div>
    </nav>
  );
}
