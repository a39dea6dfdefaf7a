// The wire's types by the names that pages use. Types alone: no schema reaches the bundle.
import type {
  aboutSchema,
  accountListSchema,
  accountPatchSchema,
  accountRequestSchema,
  addWorkstationsAnswerSchema,
  addWorkstationsSchema,
  assignmentListSchema,
  bulkAnswerSchema,
  bulkRequestSchema,
  burnUpSchema,
  certificateSchema,
  complianceSeriesSchema,
  createdInstallationKeySchema,
  createdTokenSchema,
  eventListSchema,
  eventVerificationSchema,
  failureSeriesSchema,
  groupListSchema,
  groupSchema,
  installationKeyListSchema,
  installationKeyRequestSchema,
  installationKeySchema,
  installerDetailSchema,
  installerListSchema,
  observedSchema,
  passAnswerSchema,
  passSchema,
  previewSchema,
  productListSchema,
  productPatchSchema,
  profilePatchSchema,
  prohibitionListSchema,
  prohibitionSchema,
  removeWorkstationsSchema,
  runningUpdateSchema,
  tokenListSchema,
  tokenRequestSchema,
  tokenSchema,
  updateListSchema,
  updatePatchSchema,
  updateRequestSchema,
  versionSeriesSchema,
  workstationDetailSchema,
  workstationListSchema,
} from '@usher/protocol';
import type * as z from 'zod';

export type {
  Account,
  Actor,
  AssignmentItem,
  Attention,
  Counts,
  EventItem,
  Impact,
  Installer,
  LastError,
  Overview,
  Product,
  Publisher,
  Signature,
  TrustOverview,
  Update,
  Workstation,
  WorkstationFilter,
} from '@usher/protocol';

/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  total: number;
  page: number;
  pageSize: number;
}

export type About = z.infer<typeof aboutSchema>;
export type AccountList = z.infer<typeof accountListSchema>;
export type AccountRequest = z.input<typeof accountRequestSchema>;
export type AccountPatch = z.input<typeof accountPatchSchema>;
export type ProfilePatch = z.input<typeof profilePatchSchema>;
export type ApiToken = z.infer<typeof tokenSchema>;
export type ApiTokenList = z.infer<typeof tokenListSchema>;
export type ApiTokenRequest = z.input<typeof tokenRequestSchema>;
export type CreatedApiToken = z.infer<typeof createdTokenSchema>;
export type Certificate = z.infer<typeof certificateSchema>;
export type InstallerDetail = z.infer<typeof installerDetailSchema>;
export type InstallerList = z.infer<typeof installerListSchema>;
export type ProductList = z.infer<typeof productListSchema>;
export type ProductPatch = z.input<typeof productPatchSchema>;
export type Prohibition = z.infer<typeof prohibitionSchema>;
export type ProhibitionList = z.infer<typeof prohibitionListSchema>;
export type UpdateList = z.infer<typeof updateListSchema>;
export type UpdateRequest = z.input<typeof updateRequestSchema>;
export type UpdatePatch = z.input<typeof updatePatchSchema>;
export type AssignmentList = z.infer<typeof assignmentListSchema>;
export type AddWorkstations = z.input<typeof addWorkstationsSchema>;
export type AddWorkstationsAnswer = z.infer<typeof addWorkstationsAnswerSchema>;
export type RemoveWorkstations = z.input<typeof removeWorkstationsSchema>;
export type Preview = z.infer<typeof previewSchema>;
export type BurnUp = z.infer<typeof burnUpSchema>;
export type WorkstationDetail = z.infer<typeof workstationDetailSchema>;
export type WorkstationList = z.infer<typeof workstationListSchema>;
export type BulkRequest = z.input<typeof bulkRequestSchema>;
export type BulkAnswer = z.infer<typeof bulkAnswerSchema>;
export type Pass = z.infer<typeof passSchema>;
export type PassAnswer = z.infer<typeof passAnswerSchema>;
export type Group = z.infer<typeof groupSchema>;
export type GroupList = z.infer<typeof groupListSchema>;
export type InstallationKey = z.infer<typeof installationKeySchema>;
export type InstallationKeyList = z.infer<typeof installationKeyListSchema>;
export type InstallationKeyRequest = z.input<typeof installationKeyRequestSchema>;
export type CreatedInstallationKey = z.infer<typeof createdInstallationKeySchema>;
export type EventList = z.infer<typeof eventListSchema>;
export type EventVerification = z.infer<typeof eventVerificationSchema>;
export type RunningUpdate = z.infer<typeof runningUpdateSchema>;
export type Observed = z.infer<typeof observedSchema>;
export type VersionSeries = z.infer<typeof versionSeriesSchema>;
export type FailureSeries = z.infer<typeof failureSeriesSchema>;
export type ComplianceSeries = z.infer<typeof complianceSeriesSchema>;

/** The states of an update, of an assignment, of a workstation, and the decisions on an installer. */
export type UpdateState = UpdateList['items'][number]['state'];
export type AssignmentState = AssignmentList['items'][number]['state'];
export type WorkstationStatus = WorkstationList['items'][number]['status'];
export type Decision = InstallerList['items'][number]['decision'];
