/// When a request may go to Graph: paced under its limits, and not while it asks to wait.
///
/// Each gets its turn first among those of its tenant and, when that has come, among all: so that a long queue in one tenant
/// takes nothing from the others. Turns spread those who wait; what counts in the end is when the others really went.
///
/// Pure: moments are counted from any fixed one, and whoever is told to wait comes back with the same ticket.
struct ThrottleGate {
    /// What has to be respected, and how far a request has come.
    struct Ticket {
        fileprivate enum Stage {
            case new
            /// Its turn among those of its tenant comes at this moment.
            case queued(until: Duration)
            /// Its turn among all tenants comes at this moment.
            case cleared(until: Duration)
        }

        let operation: GraphOperation
        let tenant: String
        let count: Int
        /// When it gives up.
        let deadline: Duration
        fileprivate var stage = Stage.new

        /// - Parameters:
        ///   - operation: What is done.
        ///   - tenant: Where.
        ///   - count: How often, in one request.
        ///   - deadline: When it gives up.
        init(_ operation: GraphOperation, tenant: String, count: Int = 1, deadline: Duration) {
            self.operation = operation
            self.tenant = tenant
            self.count = count
            self.deadline = deadline
        }
    }

    enum Step: Equatable {
        case go
        case wait(until: Duration)
        /// It would be its turn at this moment, and that is too late.
        case refuse(until: Duration)
    }

    private struct Key: Hashable {
        let operation: GraphOperation
        let tenant: String
    }

    private struct Lane {
        /// The turns that were given away.
        var turns: RateWindow
        /// When requests went.
        var gone: RateWindow
        var heldUntil: Duration?

        init(limit: Int) {
            self.turns = RateWindow(limit: limit, period: GraphOperation.period)
            self.gone = self.turns
        }
    }

    /// How many tenants are remembered before those that have been quiet are looked for.
    private static let cleaningSize = 1_024

    private let share: Double
    private var lanes: [Key: Lane] = [:]
    private var application: [GraphOperation: Lane] = [:]

    /// - Parameter share: What part of Graph's limits is used.
    init(share: Double) {
        self.share = min(max(share, 0.01), 1)
    }

    /// Asks whether it is a request's turn.
    mutating func next(_ ticket: inout Ticket, now: Duration) -> Step {
        while true {
            switch ticket.stage {
            case .new:
                let step = self.enqueue(&ticket, now: now)
                guard case .go = step else { return step }
            case .queued(let moment):
                guard moment <= now else { return .wait(until: moment) }
                if !self.isHeld(&ticket, now: now) { self.clear(&ticket, now: now) }
            case .cleared(let moment):
                guard moment <= ticket.deadline else { return .refuse(until: moment) }
                guard moment <= now else { return .wait(until: moment) }
                if !self.isHeld(&ticket, now: now), self.leave(&ticket, now: now) { return .go }
            }
        }
    }

    /// Graph asked to wait.
    mutating func hold(_ operation: GraphOperation, tenant: String, until moment: Duration) {
        // The limits of everything else are those of a mailbox, a site or a person: they say nothing about the next request.
        guard operation != .other, operation != .delta, var lane = self.lane(operation, tenant) else { return }
        lane.heldUntil = max(lane.heldUntil ?? moment, moment)
        self.lanes[Key(operation: operation, tenant: tenant)] = lane
    }

    /// Whether Graph has asked to wait meanwhile; then the request waits for another turn.
    private func isHeld(_ ticket: inout Ticket, now: Duration) -> Bool {
        let lane = self.lanes[Key(operation: ticket.operation, tenant: ticket.tenant)]
        guard let moment = lane?.heldUntil, moment > now else { return false }
        ticket.stage = .new
        return true
    }

    private mutating func enqueue(_ ticket: inout Ticket, now: Duration) -> Step {
        guard var lane = self.lane(ticket.operation, ticket.tenant) else {
            ticket.stage = .cleared(until: now)
            return .go
        }
        let held = max(lane.heldUntil ?? now, now)
        if held == now { lane.heldUntil = nil }
        // After a hold they do not all go at once.
        let moment = lane.turns.moment(for: ticket.count, notBefore: held, evenly: held > now)
        guard moment <= ticket.deadline else { return .refuse(until: moment) }
        lane.turns.take(ticket.count, at: moment)
        self.lanes[Key(operation: ticket.operation, tenant: ticket.tenant)] = lane
        ticket.stage = .queued(until: moment)
        self.clean(now: now)
        return .go
    }

    private mutating func clear(_ ticket: inout Ticket, now: Duration) {
        guard var lane = self.lane(ticket.operation) else {
            ticket.stage = .cleared(until: now)
            return
        }
        let moment = lane.turns.moment(for: ticket.count, notBefore: now)
        if moment <= ticket.deadline { lane.turns.take(ticket.count, at: moment) }
        self.application[ticket.operation] = lane
        ticket.stage = .cleared(until: moment)
    }

    /// Lets a request go if there is room in both windows; else it comes back when there is.
    private mutating func leave(_ ticket: inout Ticket, now: Duration) -> Bool {
        guard var lane = self.lane(ticket.operation, ticket.tenant), var all = self.lane(ticket.operation) else { return true }
        let moment = max(
            lane.gone.moment(for: ticket.count, notBefore: now), all.gone.moment(for: ticket.count, notBefore: now)
        )
        guard moment <= now else {
            ticket.stage = .cleared(until: moment)
            return false
        }
        lane.gone.take(ticket.count, at: now)
        all.gone.take(ticket.count, at: now)
        self.lanes[Key(operation: ticket.operation, tenant: ticket.tenant)] = lane
        self.application[ticket.operation] = all
        return true
    }

    private func lane(_ operation: GraphOperation, _ tenant: String) -> Lane? {
        operation.tenantLimit.map { limit in
            self.lanes[Key(operation: operation, tenant: tenant)] ?? Lane(limit: self.part(of: limit))
        }
    }

    /// The lane of all tenants.
    private func lane(_ operation: GraphOperation) -> Lane? {
        operation.applicationLimit.map { self.application[operation] ?? Lane(limit: self.part(of: $0)) }
    }

    private func part(of limit: Int) -> Int { max(1, Int(Double(limit) * self.share)) }

    private mutating func clean(now: Duration) {
        guard self.lanes.count > Self.cleaningSize else { return }
        self.lanes = self.lanes.filter { _, lane in
            lane.heldUntil ?? .zero > now || !lane.turns.isQuiet(at: now) || !lane.gone.isQuiet(at: now)
        }
    }
}
