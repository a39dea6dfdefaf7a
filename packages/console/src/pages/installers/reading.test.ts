// Small readers of the installer pages: names of signers, properties, links in notes.
import { describe, expect, it } from 'vitest';
import { safeLink } from '../../components/markdown.tsx';
import { commonName } from './common-name.ts';
import { readProperties, writeProperties } from './properties.ts';

describe('the name of a signer', () => {
  it.each([
    ['CN=Contoso Code Signing,O=Contoso Ltd.', 'Contoso Code Signing'],
    ['O=Acme\\, Inc.,CN=Acme\\, Inc.', 'Acme, Inc.'],
    ['O=Only Organisation', 'Only Organisation'],
    ['something else', 'something else'],
  ])('of %s is %s', (subject, name) => {
    expect(commonName(subject)).toBe(name);
  });
});

describe('properties', () => {
  it('are read line by line, and written back the same', () => {
    const { properties, wrong } = readProperties('ADDLOCAL=Pedm,Vault\n\n URL="https://a.b/?x=1" ');
    expect(wrong).toEqual([]);
    expect(properties).toEqual({ ADDLOCAL: 'Pedm,Vault', URL: 'https://a.b/?x=1' });
    expect(readProperties(writeProperties(properties)).properties).toEqual(properties);
  });

  it('that are none are named', () => {
    expect(readProperties('addlocal=x\nADDLOCAL').wrong).toEqual(['addlocal=x', 'ADDLOCAL']);
  });
});

describe('a link in release notes', () => {
  it.each([
    ['javascript:alert(1)'],
    ['data:text/html,x'],
    ['//elsewhere.example/x'],
    ['vbscript:x'],
    ['/api/v1/session'],
  ])('%s leads nowhere', (url) => {
    expect(safeLink(url)).toBe('');
  });

  it('to a page or an address is kept', () => {
    expect(safeLink('https://example.com/notes')).toBe('https://example.com/notes');
  });
});
