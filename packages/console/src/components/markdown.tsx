// Release notes and the like: Markdown as text alone, without HTML, without pictures, without following links silently.
import { Box } from '@mantine/core';
import { lazy, type ReactNode, Suspense } from 'react';
import classes from './markdown.module.css';

const ReactMarkdown = lazy(() => import('react-markdown'));

/** Only links that a person can read and mean; anything else stays text. */
export function safeLink(url: string): string {
  return /^(https?:\/\/|mailto:)/i.test(url) ? url : '';
}

/** Markdown from elsewhere. HTML in it is dropped, a picture is shown as its description. */
export function Markdown({ text }: { text: string }): ReactNode {
  return (
    <Box className={classes.markdown}>
      <Suspense fallback={<p>{text}</p>}>
        <ReactMarkdown
          skipHtml
          urlTransform={safeLink}
          components={{
            img: ({ alt }) => <em>{alt}</em>,
            h1: ({ children }) => <h3>{children}</h3>,
            h2: ({ children }) => <h3>{children}</h3>,
            a: ({ href, children }) =>
              href === undefined || href === '' ? (
                <span>{children}</span>
              ) : (
                <a href={href} target="_blank" rel="noopener noreferrer">
                  {children}
                </a>
              ),
          }}
        >
          {text}
        </ReactMarkdown>
      </Suspense>
    </Box>
  );
}
