/** What the server's page template hands over with the shell. */
export interface Bootstrap {
  user: { id: number; username: string; display_name: string; is_staff: boolean };
  urls: { login: string; logout: string; admin: string | null };
  version: string;
}

const fallback: Bootstrap = {
  user: { id: 0, username: "", display_name: "", is_staff: false },
  urls: { login: "/accounts/login/", logout: "/accounts/logout/", admin: null },
  version: "",
};

function read(): Bootstrap {
  const text = document.getElementById("bootstrap")?.textContent;
  return text ? { ...fallback, ...(JSON.parse(text) as Partial<Bootstrap>) } : fallback;
}

export const bootstrap: Bootstrap = read();
