/** Who works here: OpenID Connect, authorisation code flow with PKCE, against the configured issuer. */
import { UserManager, WebStorageStateStore } from "oidc-client-ts";

let manager: UserManager | null = null;

async function userManager(): Promise<UserManager> {
  if (manager) return manager;
  const answer = await fetch("/config.json");
  if (!answer.ok) throw new Error("config");
  const { issuer, client_id } = (await answer.json()) as { issuer: string; client_id: string };
  manager = new UserManager({
    authority: issuer, client_id, redirect_uri: `${location.origin}/signin`, post_logout_redirect_uri: `${location.origin}/`,
    scope: "openid profile", automaticSilentRenew: true, loadUserInfo: false,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
  });
  return manager;
}

/** A token if somebody is signed in; finishes a sign-in that has just come back. */
export async function currentToken(): Promise<string | null> {
  const users = await userManager();
  if (location.pathname === "/signin" && location.search.includes("code=")) {
    await users.signinRedirectCallback();
    history.replaceState(null, "", "/");
  }
  const user = await users.getUser();
  if (!user) return null;
  if (user.expired) return renewedToken();
  return user.access_token;
}

export async function renewedToken(): Promise<string | null> {
  const users = await userManager();
  try {
    return (await users.signinSilent())?.access_token ?? null;
  } catch {
    await users.removeUser();
    return null;
  }
}

export async function signIn(): Promise<void> {
  await (await userManager()).signinRedirect();
}

export async function signOut(): Promise<void> {
  await (await userManager()).signoutRedirect();
}
