import { Search } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./cn";

const control =
  "w-full min-w-0 rounded-md border border-input bg-card px-2.5 text-[13px] text-foreground shadow-card placeholder:text-muted-foreground focus-visible:border-ring focus-visible:outline-1 focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-status-failed";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(control, "h-8.5", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(control, "min-h-16 py-2", className)} {...props} />;
}

export function SearchInput({ className, ...props }: ComponentProps<"input">) {
  return (
    <div className={cn("relative", className)}>
      <Search
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-4 text-muted-foreground"
      />
      <Input type="search" className="pl-8" {...props} />
    </div>
  );
}

interface SelectProps extends Omit<ComponentProps<"select">, "onChange"> {
  options: readonly { value: string; label: string }[];
  onValueChange: (value: string) => void;
}

/** The platform's own select: best on phones, and with every assistive technology. */
export function Select({ options, onValueChange, className, ...props }: SelectProps) {
  return (
    <select
      className={cn(control, "h-8.5 cursor-pointer pr-7", className)}
      onChange={(event) => onValueChange(event.target.value)}
      {...props}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  /** At the right of the label: a switch or a small button. */
  aside?: ReactNode;
  isRequired?: boolean;
  className?: string;
  /** Gets the ids that tie control, hint and error together. */
  children: (ids: {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": boolean | undefined;
  }) => ReactNode;
}

/** Label, control, hint and error of one value. */
export function Field({ label, hint, error, aside, isRequired, className, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className={cn("space-y-1.5", className)}>
      <div className="flex min-h-5 items-center justify-between gap-2">
        <label htmlFor={id} className="font-medium text-[13px]">
          {label}
          {isRequired && (
            <span aria-hidden className="ml-0.5 text-status-failed">
              *
            </span>
          )}
        </label>
        {aside}
      </div>
      {children({
        id,
        "aria-describedby": note ? noteId : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {note && (
        <p
          id={noteId}
          className={cn("text-xs", error ? "text-status-failed" : "text-muted-foreground")}
        >
          {note}
        </p>
      )}
    </div>
  );
}

interface CheckboxProps extends Omit<ComponentProps<"input">, "onChange" | "type"> {
  label: ReactNode;
  onCheckedChange: (checked: boolean) => void;
}

export function Checkbox({ label, onCheckedChange, className, ...props }: CheckboxProps) {
  return (
    <label className={cn("flex items-center gap-2 text-[13px]", className)}>
      <input
        type="checkbox"
        className="size-4 accent-primary"
        onChange={(event) => onCheckedChange(event.target.checked)}
        {...props}
      />
      {label}
    </label>
  );
}
