import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// Reads what has changed of one subscription, page by page: what is on a page is handed over before the position moves on,
/// so that whoever is interrupted reads something twice, and skips nothing.
struct DeltaReader {
    /// What is read.
    struct Subject: Sendable {
        var name: String
        var resource: String
        var changeTypes: ChangeTypes
        var query: DeltaQuery
        /// Whose it is.
        var account = SubscriptionAccount.defaultName
        /// The id of the user under whom it lies, if it was found out.
        var owner: String?
    }

    /// What came of it.
    struct Outcome: Sendable, Equatable {
        /// How many changes Graph listed that are of interest.
        var found = 0
        /// How many of them were not known already.
        var recovered = 0
        /// Whether it was the first time: nothing can be said about what was before.
        var isBaseline = false
        /// Whether Graph had forgotten the position.
        var hasRestarted = false
        /// The moment up to which everything has been read.
        var since: Int64?
    }

    let graph: GraphClient
    let store: any DeltaStore
    let configuration: CatchUpConfiguration
    let take: @Sendable ([RecoveredChange]) async throws(GraphError) -> Int
    let now: @Sendable () -> Int64
    let metrics: CatchUpMetrics
    let logger: Logger

    /// How many folders one mailbox may have.
    private static let maximumFolders = 10_000

    /// - Parameter isAnew: Whether nothing is looked for: a new position takes the place of the old one.
    func read(_ subject: Subject, isAnew: Bool = false) async throws(GraphError) -> Outcome {
        let known = try await self.store.positions(of: subject.name).filter { $0.resource == subject.resource }
        var positions = Dictionary(known.map { ($0.scope, $0) }) { $1 }
        var outcome = Outcome(isBaseline: isAnew || !known.contains { $0.floor == nil || $0.floor != DeltaPosition.nothing })
        if isAnew { positions = [:] }
        // What is new since the last time is of interest wherever it is. The first time, that is what happens while one folder is
        // read after the other; Graph's moments may be of whole seconds.
        let began = self.now()
        let tolerance = self.configuration.clockTolerance.milliseconds
        let since = outcome.isBaseline ? began : known.map(\.since).min() ?? began
        let floor = outcome.isBaseline ? began / 1000 * 1000 + tolerance : since
        let scopes = try await self.scopes(of: subject)
        var failure: GraphError?
        for scope in scopes {
            let position = positions[scope]
            do throws(GraphError) {
                let read = try await self.follow(scope, of: subject, from: position, since: since, floor: floor, into: &outcome)
                outcome.since = min(outcome.since ?? read, read)
            } catch {
                // A folder that went while the others were read.
                guard subject.query.folders != nil, !error.isRetryable else { throw error }
                if error.code == .notFound {
                    try await self.store.remove(scope: scope, of: subject.name)
                } else {
                    // It does not keep back the others.
                    failure = failure ?? error
                }
            }
        }
        for scope in Set(known.map(\.scope)).subtracting(scopes) {
            try await self.store.remove(scope: scope, of: subject.name)
        }
        if let failure { throw failure }
        return outcome
    }

    /// The parts of a resource that have changes of their own.
    private func scopes(of subject: Subject) async throws(GraphError) -> [String] {
        guard let folders = subject.query.folders else { return [""] }
        var ids: [String] = []
        for try await page in try self.graph.pages(folders, query: [("$select", "displayName")]) {
            for json in page.items {
                guard let folder = DeltaItem(json, kind: .message), folder.removal == nil else { continue }
                ids.append(folder.id)
            }
            guard ids.count <= Self.maximumFolders else {
                throw GraphError(.requestRefused, "The mailbox has more than \(Self.maximumFolders) folders.")
            }
        }
        return ids
    }

    // MARK: - One scope

    /// - Returns: The moment up to which it has been read.
    private func follow(
        _ scope: String, of subject: Subject, from known: DeltaPosition?, since: Int64, floor: Int64, into outcome: inout Outcome
    ) async throws(GraphError) -> Int64 {
        self.metrics.queries.increment()
        var position: DeltaPosition
        if let known {
            position = known
            position.startedAt = position.startedAt ?? self.now()
            // The span in which events are looked for is fixed with the first request.
            if subject.query.kind == .event, known.startedAt == nil, self.now() - known.beganAt > DeltaQuery.window.before {
                position = try self.first(scope, of: subject, since: known.since, floor: known.since)
            }
        } else {
            // Where one can begin from now on nothing has to be walked through.
            let isAtOnce = outcome.isBaseline && subject.query.start != .walk
            position = try self.first(
                scope, of: subject, since: since, floor: isAtOnce ? DeltaPosition.nothing : floor
            )
        }
        var restarts = 0
        for _ in 0..<self.configuration.maximumPages {
            let page: GraphPage
            do throws(GraphError) {
                page = try await self.page(position.link, of: subject.query)
            } catch {
                guard error.saysToBeginAnew, restarts == 0 else { throw error }
                restarts += 1
                outcome.hasRestarted = true
                position = try self.restart(position, of: subject, at: error.location)
                continue
            }
            self.metrics.pages.increment()
            try await self.hand(over: page, of: subject, at: position, into: &outcome)
            guard let link = page.nextLink ?? page.deltaLink else {
                throw GraphError(.serviceFailed, "Graph's list of changes ends without saying where it goes on.")
            }
            position.link = link
            if page.nextLink == nil {
                position.since = position.startedAt ?? position.since
                position.startedAt = nil
                position.floor = nil
            }
            try await self.store.save(position, of: subject.name)
            if page.nextLink == nil { return position.since }
        }
        throw GraphError(
            .requestRefused, "Graph's list of changes has more than \(self.configuration.maximumPages) pages."
        )
    }

    /// Hands over what is on a page, which may be long after it happened.
    private func hand(
        over page: GraphPage, of subject: Subject, at position: DeltaPosition, into outcome: inout Outcome
    ) async throws(GraphError) {
        let decision = ChangeDecision(
            kind: subject.query.kind, asked: subject.changeTypes, since: position.since, floor: position.floor,
            tolerance: self.configuration.clockTolerance.milliseconds
        )
        var changes: [RecoveredChange] = []
        for json in page.items {
            guard let item = DeltaItem(json, kind: subject.query.kind) else { continue }
            for change in decision.changes(of: item) {
                changes.append(
                    RecoveredChange(
                        subscription: subject.name, resource: subject.query.resource(of: item.id, owner: subject.owner),
                        resourceID: item.id, changeType: change.type, version: item.version,
                        matchesAnyVersion: change.matchesAnyVersion,
                        since: position.since - self.configuration.clockTolerance.milliseconds,
                        tenantID: self.graph.tenantID.isEmpty ? nil : self.graph.tenantID, item: item.json
                    )
                )
            }
        }
        guard !changes.isEmpty else { return }
        let recovered = try await self.take(changes)
        outcome.found += changes.count
        outcome.recovered += recovered
        self.metrics.recovered.increment(by: recovered)
        self.metrics.known.increment(by: changes.count - recovered)
    }

    private func page(_ link: String, of query: DeltaQuery) async throws(GraphError) -> GraphPage {
        var headers: HTTPHeaders = [:]
        if let size = query.pageSize { headers.add(name: "Prefer", value: "odata.maxpagesize=\(size)") }
        var pages = try self.graph.pages(link, headers: headers).makeAsyncIterator()
        guard let page = try await pages.next() else {
            throw GraphError(.serviceFailed, "Graph's list of changes has no page.")
        }
        return page
    }

    // MARK: - Where to begin

    private func first(
        _ scope: String, of subject: Subject, since: Int64, floor: Int64
    ) throws(GraphError) -> DeltaPosition {
        let now = self.now()
        // Where nothing says when it was modified there is nothing to be found in a walk.
        let isFromNowOn = floor == DeltaPosition.nothing || !subject.query.hasTimes
        let first = subject.query.first(folder: scope, isFromNowOn: isFromNowOn, now: now)
        return DeltaPosition(
            scope: scope, resource: subject.resource,
            link: try self.graph.url(first.path, query: first.options.map { ($0.name, $0.value) }), since: since,
            beganAt: now, startedAt: now, floor: isFromNowOn ? DeltaPosition.nothing : floor
        )
    }

    /// Graph has forgotten the position: what was modified since then is found by walking through everything, what was deleted
    /// is not, and nothing is where things do not say when they were modified.
    private func restart(
        _ position: DeltaPosition, of subject: Subject, at location: String?
    ) throws(GraphError) -> DeltaPosition {
        self.metrics.restarts.increment()
        self.logger.warning(
            subject.query.hasTimes
                ? "Graph has forgotten where the changes of a subscription were read to: what was modified since is found, what was deleted is not"
                : "Graph has forgotten where the changes of a subscription were read to: what changed since is not found",
            metadata: [.subscriptionName: "\(subject.name)"]
        )
        var restarted = try self.first(
            position.scope, of: subject, since: position.since, floor: position.floor ?? position.since
        )
        // What Graph proposes has none of the options.
        if subject.query.hasTimes, subject.query.options.isEmpty, subject.query.kind != .event,
            let location, let url = try? self.graph.url(location)
        {
            restarted.link = url
        }
        return restarted
    }
}

extension GraphError {
    /// Whether a position in a list of changes is worth nothing any more.
    var saysToBeginAnew: Bool {
        self.status == 410
            || ["syncstatenotfound", "syncstateinvalid", "resyncrequired", "synctokeninvalid"]
                .contains(self.graphCode?.lowercased() ?? "")
    }
}
