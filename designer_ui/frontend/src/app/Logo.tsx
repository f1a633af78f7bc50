/** Flowdeck's mark: two paths that join in one. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="9" fill="var(--primary)" />
      <g fill="none" stroke="var(--primary-foreground)" strokeWidth="2.6" strokeLinecap="round">
        <path d="M9 10.5h3.5c4 0 3.5 5.5 7.5 5.5" />
        <path d="M9 21.5h3.5c4 0 3.5-5.5 7.5-5.5" />
      </g>
      <circle cx="9" cy="10.5" r="2.6" fill="var(--primary-foreground)" />
      <circle cx="9" cy="21.5" r="2.6" fill="var(--primary-foreground)" />
      <circle cx="22.5" cy="16" r="3.4" fill="var(--primary-foreground)" />
    </svg>
  );
}
