// Takes an uploaded file in: read, judged, kept with its row, or refused and gone.
import { parseVersion, versionSortKey } from '@usher/core';
import { InstallerError, type Inspection, type InstallerErrorCode } from '@usher/msi';
import type { ProblemCode } from '@usher/protocol';
import { installerPath } from '@usher/trust';
import { isoNow } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/postgres-dialect.ts';
import { storableText } from '../../database/storable-text.ts';
import { newId } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import { publisherFault } from '../products/publisher-rule.ts';
import { resolveProduct } from '../products/read-model.ts';
import { makeGate } from './gate.ts';
import { installersOf } from './read-model.ts';
import type { InstallerTools } from './service.ts';
import * as store from './store.ts';
import type { InstallerRow } from './store.ts';
import type { ReceivedFile } from './storage.ts';
import { signatureWarnings, warningsOf } from './warnings.ts';

/** A file that has arrived, with what was said beside it. */
export interface Upload {
  readonly file: ReceivedFile;
  /** Made safe already. */
  readonly fileName: string;
  /** Markdown. */
  readonly releaseNotes: string | null;
  readonly properties: Readonly<Record<string, string>>;
  /** The product that it must belong to, by id or UpgradeCode; undefined: whichever it belongs to. */
  readonly product: string | undefined;
}

/** Taking installers in. */
export interface UploadService {
  /**
   * Makes an installer of a received file, which is gone afterwards: kept in its place, or discarded. Answers the id.
   * @throws ProblemError every `installer.…` code of an upload, `product.not-found`
   */
  add(upload: Upload, by: Initiator): Promise<string>;
  /** Records that a file was refused before it was whole. */
  recordRejected(fileName: string, refusal: ProblemError, by: Initiator): Promise<void>;
}

/** Inspections at once: each may take its worker's whole memory. */
const inspectionsAtOnce = 2;

const refusals: Readonly<Record<InstallerErrorCode, ProblemCode>> = {
  'installer.not-msi': 'installer.not-msi',
  'installer.malformed': 'installer.malformed',
  'installer.unsupported-architecture': 'installer.unsupported-platform',
  'installer.external-cabinet': 'installer.external-cabinet',
  'installer.tampered': 'installer.tampered',
  'installer.weak-signature': 'installer.weak-signature',
};

/** Makes the service. */
export function makeUploadService(tools: InstallerTools): UploadService {
  const { database, events, clock, random, products, storage, inspect } = tools;
  const { timeStampAuthorities } = tools.config;
  const inInspection = makeGate(inspectionsAtOnce);

  async function inspected(file: ReceivedFile): Promise<Inspection> {
    try {
      return await inInspection(() => inspect(file.path, { now: new Date(clock.now()), timeStampAuthorities }));
    } catch (error) {
      if (!(error instanceof InstallerError)) throw error;
      throw new ProblemError(refusals[error.code], error.message, { cause: error });
    }
  }

  async function insert(
    tx: Transaction,
    id: string,
    upload: Upload,
    { facts, signature }: Inspection,
    by: Initiator,
  ): Promise<void> {
    const { file, fileName, releaseNotes, properties } = upload;
    await refuseOtherProduct(tx, upload, facts.upgradeCode);
    await refuseSameFile(tx, file.sha256);
    const locked = await products.lockOrCreate(tx, { upgradeCode: facts.upgradeCode, name: facts.productName }, by);
    const { product, publishers } = locked;
    const fault = publisherFault({ signature: product.signature, publishers }, signature);
    if (fault !== null) throw new ProblemError(fault, faultDetail(fault, signature.publisher?.subject, product.name));

    const version = parseVersion(facts.productVersion);
    const { architecture, language } = facts;
    const others = await installersOf(tx.db, product.id);
    const row: InstallerRow = {
      id,
      productId: product.id,
      version,
      versionKey: versionSortKey(version),
      productName: storableText(facts.productName),
      manufacturer: storableText(facts.manufacturer),
      productCode: facts.productCode,
      upgradeCode: facts.upgradeCode,
      packageCode: facts.packageCode,
      architecture,
      language,
      size: file.size,
      sha256: file.sha256,
      fileName,
      signature: JSON.stringify(signature),
      facts: JSON.stringify(facts),
      warnings: JSON.stringify([
        ...warningsOf(facts, version, others),
        ...signatureWarnings(signature, timeStampAuthorities),
      ]),
      properties: JSON.stringify(properties),
      releaseNotes,
      decision: 'pending',
      decidedBy: null,
      decidedAt: null,
      reason: null,
      note: null,
      targetPath: installerPath({
        product: product.id,
        version,
        architecture,
        language: language === '0' ? undefined : language,
      }),
      published: 0,
      uploadedBy: JSON.stringify(by.actor),
      uploadedAt: isoNow(clock),
    };
    const alike = await store.findAlike(tx.db, row);
    if (alike !== undefined) throw duplicateOf(alike, false);
    await store.insertInstaller(tx, row);
    events.record(tx, {
      ...by,
      type: 'installer.uploaded',
      object: { kind: 'installer', id, name: `${product.name} ${version}` },
      data: {
        product: product.id,
        version,
        architecture,
        language,
        fileName,
        size: file.size,
        sha256: file.sha256,
        publisher: signature.publisher,
        warnings: facts.warnings,
      },
    });
    // Last: a row without its file must not be, a file without its row is swept away.
    await storage.keep(file);
  }

  async function refuseOtherProduct(tx: Transaction, { product }: Upload, upgradeCode: string): Promise<void> {
    if (product === undefined) return;
    const wanted = await resolveProduct(tx.db, product);
    if (wanted.upgradeCode === upgradeCode.toUpperCase()) return;
    throw new ProblemError(
      'installer.wrong-product',
      `The file belongs to the product with the UpgradeCode ${upgradeCode}; ${wanted.name} has ${wanted.upgradeCode}.`,
    );
  }

  async function refuseSameFile(tx: Transaction, sha256: string): Promise<void> {
    const same = await store.findBySha256(tx.db, sha256);
    if (same !== undefined) throw duplicateOf(same, true);
  }

  async function reject(
    { id, fileName, ...data }: { id: string; fileName: string; size?: number; sha256?: string },
    refusal: ProblemError,
    by: Initiator,
  ): Promise<void> {
    await database.transaction((tx) => {
      events.record(tx, {
        ...by,
        type: 'installer.rejected',
        object: { kind: 'upload', id, name: fileName },
        data: { code: refusal.code, detail: refusal.message, fileName, ...data },
      });
      return Promise.resolve();
    });
  }

  async function insertOnce(id: string, upload: Upload, inspection: Inspection, by: Initiator): Promise<void> {
    await database.transaction((tx) => insert(tx, id, upload, inspection, by));
  }

  return {
    recordRejected: (fileName, refusal, by) => reject({ id: newId('installer', random), fileName }, refusal, by),
    add: async (upload, by) => {
      const { file, fileName } = upload;
      const id = newId('installer', random);
      try {
        const inspection = await inspected(file);
        try {
          await insertOnce(id, upload, inspection, by);
        } catch (error) {
          if (!isUniqueViolation(error)) throw error;
          // Another upload made the product, or is the duplicate, in the same moment: now it can be seen.
          await insertOnce(id, upload, inspection, by);
        }
        return id;
      } catch (error) {
        if (error instanceof ProblemError && error.kind.status < 500) {
          await reject({ id, fileName, size: file.size, sha256: file.sha256 }, error, by);
        }
        throw error;
      } finally {
        await storage.discard(file);
      }
    },
  };
}

const dayOf = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

function duplicateOf(row: InstallerRow, sameFile: boolean): ProblemError {
  const { id, version, architecture, language, uploadedAt } = row;
  const day = dayOf.format(new Date(uploadedAt));
  const said = sameFile
    ? `This very file is here already: ${version} for ${architecture}, uploaded on ${day}.`
    : `Another file of ${version} for ${architecture}, in the same language, is here already, uploaded on ${day}.`;
  const existing = { kind: 'installer', id, version, architecture, language, uploadedAt, sameFile } as const;
  return new ProblemError('installer.duplicate', said, { existing });
}

function faultDetail(
  fault: 'installer.unsigned' | 'installer.untrusted',
  signer: string | undefined,
  product: string,
): string {
  return fault === 'installer.unsigned'
    ? `The file is not signed, and ${product} takes signed files only.`
    : `The file was signed by ${signer ?? 'nobody'}, who is not a publisher of ${product}. An owner can add the publisher to the product.`;
}
