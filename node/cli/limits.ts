/** Limits of the commands, each with its reason. */

/** The ledger's own limit for a genesis file. */
export const GENESIS_BYTES_MAX: number = 1 << 20
/** A draft: 64 questions of 256 answers of a kilobyte would not fit a transaction anyway. */
export const DRAFT_BYTES_MAX: number = 1 << 20
/** A list of 1,048,576 voters with names of 100 characters. */
export const VOTERS_BYTES_MAX: number = 128 * 1024 * 1024
/** A roll of 1,048,576 entries of 64 digits and a weight. */
export const ROLL_BYTES_MAX: number = 128 * 1024 * 1024
/** A receipt: the largest record twice (hexadecimal), and branches. */
export const RECEIPT_BYTES_MAX: number = 128 * 1024 * 1024
/** An archive that one buffer holds comfortably. */
export const ARCHIVE_BYTES_MAX: number = 2 * 1024 * 1024 * 1024
/** Threads of an audit: more than a machine has cores do not help. */
export const THREADS_MAX = 256
/** A passphrase of 1024 characters, with whatever an editor leaves around it. */
export const PASSPHRASE_BYTES_MAX: number = 8 * 1024
/** Above this number of voters one list is easier to handle than as many files. */
export const LETTERS_MAX = 10_000
/** Letters of a voter's name or id. */
export const VOTER_NAME_LENGTH_MAX = 200
/** Letters of a cell in a list of voters: a name, whose quotes may be doubled, and blanks around it. */
export const VOTER_CELL_LENGTH_MAX = 1000
/** Columns of such a list: two are read, more are refused by what they are called. */
export const VOTER_COLUMNS_MAX = 16
/** Validators of a test network on one machine: each is a process. */
export const TESTNET_VALIDATORS_MAX = 100
/** Registrars of a test network. */
export const TESTNET_REGISTRARS_MAX = 32
/** Validators of a demo: as many processes on one machine still finish in minutes. */
export const DEMO_VALIDATORS_MAX = 32
/** Voters of a demo: more are a benchmark. */
export const DEMO_VOTERS_MAX = 10_000
/** How long a command waits until what it sent is final. */
export const FINALITY_TIMEOUT_S = 60
/** The longest wait that can be asked for: a day. */
export const TIMEOUT_S_MAX = 86_400
/** How long a daemon may take to start or to stop before it counts as stuck. */
export const DAEMON_START_TIMEOUT_MS = 60_000
export const DAEMON_STOP_TIMEOUT_MS = 10_000
/** Seconds between two looks of a trustee without a validator: a step of a ceremony is seen soon enough, peers hardly notice. */
export const POLL_S = 2
/** The longest that can be asked for: an hour; steps of ceremonies that are planned days ahead last longer. */
export const POLL_S_MAX = 3600
/** A list of 1,048,576 voters with names of 100 characters, a credential and a weight each. */
export const CREDENTIALS_BYTES_MAX: number = 160 * 1024 * 1024
/** Ballots of one file: one for each voter of the largest roll. */
export const MAX_PREPARED_BALLOTS = 1_048_576
/** Their file is read as a whole: as many ballots of one question, or fewer larger ones. */
export const PREPARED_BYTES_MAX: number = 1024 * 1024 * 1024
/** A uuid in the header of that file, behind a length of one byte; the ledger's are shorter. */
export const PREPARED_UUID_BYTES_MAX = 255
/** Voters of one order to a worker that makes ballots: some tenths of a second, so that progress is seen and all end together. */
export const BALLOTS_PER_ORDER = 32
/** Ballots a second that can be asked for: a hundred times what the network is designed for. */
export const LOAD_RATE_MAX = 100_000
/** The longest load, warm-up included, in seconds: an hour. */
export const LOAD_S_MAX = 3600
/** How long what is due waits for company: each request costs both sides as much as some ballots. */
export const LOAD_GATHER_MS = 40
/** Ballots of one request: their verification is a moment's work, and far below what a batch may hold. */
export const LOAD_BATCH_BALLOTS = 256
/** Bytes of one request: half of the network's limit for a batch. */
export const LOAD_BATCH_BYTES: number = 512 * 1024
/** Requests under way to one peer, below the eight that it answers at once. */
export const LOAD_REQUESTS_PER_PEER = 6
/** A ballot that a peer was too busy for, or did not answer about, is offered again after this time: its queue has moved on. */
export const LOAD_REST_MS = 250
/** The peer itself is left alone for twice that, and twice as long each time in a row, up to this: it is asked again in every load. */
export const LOAD_REST_MAX_MS = 1000
/** Between two looks at the chain while a block may come, by which figures are too large: below a block's interval, and each look costs. */
export const LOAD_LOOK_MS = 40
/** Between two lines of progress. */
export const LOAD_PROGRESS_MS = 5000
