// Who may do what in the console and its API: roles, actions, and the one table that joins them.

/** The roles of accounts and API tokens. What one allows beside another, the table of permissions says. */
export const roles = ['viewer', 'operator', 'approver', 'owner'] as const;

/** The role of an account or an API token. */
export type Role = (typeof roles)[number];

/** What a role allows. Every call of the console API names exactly one of these. */
export const permissions = {
  read: ['viewer', 'operator', 'approver', 'owner'],
  'updates.manage': ['operator', 'owner'],
  'workstations.manage': ['operator', 'owner'],
  'passes.give': ['operator', 'owner'],
  'installers.upload': ['approver', 'owner'],
  'installers.decide': ['approver', 'owner'],
  'prohibitions.manage': ['approver', 'owner'],
  'products.manage': ['owner'],
  'keys.manage': ['owner'],
  'accounts.manage': ['owner'],
  'tokens.manage': ['owner'],
  'settings.manage': ['owner'],
} as const satisfies Record<string, readonly Role[]>;

/** An action that a role allows or not. */
export type Permission = keyof typeof permissions;

/** Whether a role allows an action. */
export function isPermitted(role: Role, permission: Permission): boolean {
  const allowed: readonly Role[] = permissions[permission];
  return allowed.includes(role);
}

/** Whether a role allows everything that another one allows. Roles are no ladder: an approver may not run updates. */
export function includesRole(role: Role, other: Role): boolean {
  return (Object.keys(permissions) as Permission[]).every(
    (permission) => isPermitted(role, permission) || !isPermitted(other, permission),
  );
}
