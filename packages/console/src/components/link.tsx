// Links of the console: the router's, in Mantine's clothes.
import { Button, type ButtonProps } from '@mantine/core';
import { createLink, Link, type LinkComponentProps } from '@tanstack/react-router';
import type { ComponentPropsWithRef, ReactNode } from 'react';

function ButtonAnchor(props: ButtonProps & Omit<ComponentPropsWithRef<'a'>, keyof ButtonProps>): ReactNode {
  return <Button component="a" {...props} />;
}

/** A button that leads to a page. */
export const LinkButton = createLink(ButtonAnchor);

/** A link inside text or a table. */
export function TextLink(props: LinkComponentProps): ReactNode {
  return <Link {...props} className="usher-link" />;
}
