import Foundation
import GraphEmulator
import GraphNotifications
import GraphRelay
import NIOCore
import RealTimeTesting
import SQLiteStorage

/// Thirty days, hour by hour: what happens at the company, what goes wrong, and what our side makes of it.
struct MonthDriver {
    private static let hour = Duration.seconds(3600)

    private let control: EmulatorControl
    private let clock: SteppedClock
    private let given: RelayLife.Circumstances
    private let certificates: [DecryptionKey]
    private var company: Company
    private var random: SeededGenerator
    private var life: RelayLife?
    private(set) var ledger = Ledger()
    private(set) var injected: [String: Int] = [:]
    private(set) var hours = 0
    /// The ids of what was subscribed to, as our side knew them last.
    private var known: [String: String] = [:]
    private var logEnd: Int64 = 0
    /// The faults that are set, and until which hour.
    private var faults: [(number: Int, until: Int)] = []

    init(
        _ company: Company, given: RelayLife.Circumstances, control: EmulatorControl, certificates: [DecryptionKey], seed: UInt64
    ) throws {
        self.company = company
        self.given = given
        self.control = control
        self.clock = given.clock
        self.certificates = certificates
        self.random = SeededGenerator(seed: seed)
        self.life = try RelayLife.begin(given)
    }

    // MARK: - The month

    mutating func run(days: Int) async throws {
        // Some creates work, and nobody hears of it.
        try self.set(Fault(.route("POST /v1.0/subscriptions"), .doneButStatus(504), probability: 0.03), hours: 2)
        try self.set(Fault(.route("/v1.0/subscriptions/**"), .status(503), probability: 0.02), hours: 2)
        for _ in 0..<6 { try await self.pass() }
        let end = days * 24
        let downtimes = [end * 4 / 10: 5, end * 7 / 10: 14]
        while self.hours < end {
            self.liftFaults()
            if let length = downtimes[self.hours] {
                try await self.stayAway(hours: length)
                continue
            }
            // What takes subscriptions away comes before what happens, so that it is known who heard of it.
            if self.isCalm { try self.intervene() }
            if self.chance(0.04) { try await self.restart() }
            if self.chance(0.05) { try self.breakSomething() }
            if self.chance(0.05), self.isCalm { try await self.loseSomething() }
            try await self.happen(times: .random(in: 0...6, using: &self.random))
            try await self.pass()
        }
        // All is well again, and everything that is found without a reason has been looked for.
        for (number, _) in self.faults { self.control.removeFault(number) }
        self.given.transport.state.change { $0.lossProbability = 0 }
        for _ in 0..<14 { try await self.pass() }
        for _ in 0..<24 where !self.isQuiet { try await self.pass() }
    }

    /// What our side says of itself at the end.
    func result() async throws -> (life: RelayLife, entries: [Ledger.Entry]) {
        guard let life = self.life else { throw MonthFailure("Our side is not there.") }
        var entries: [Ledger.Entry] = []
        var offset: Int64 = 0
        while true {
            let updates = try await life.storage.log.updates(after: offset, limit: 2000)
            guard let last = updates.last else { return (life, entries) }
            offset = last.offset
            for update in updates {
                let object = try JSONSerialization.jsonObject(with: Data(update.json.readableBytesView)) as? [String: Any] ?? [:]
                entries.append(
                    Ledger.Entry(
                        offset: update.offset, subscription: object["subscription"] as? String ?? "",
                        item: object["resourceId"] as? String, type: object["changeType"] as? String ?? "",
                        isRecovered: object["recovered"] as? Bool ?? false
                    )
                )
            }
        }
    }

    func end() async throws { try await self.life?.end() }

    // MARK: - Chance

    private mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self.random) < probability }
    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self.random) }
    private mutating func count(_ what: String, _ number: Int = 1) { self.injected[what, default: 0] += number }

    // MARK: - Changes

    /// Lets things happen, all at this moment.
    private mutating func happen(times: Int, in places: [Int]? = nil, isLost: Bool = false) async throws {
        let live = self.control.subscriptionIDs
        var touched: Set<String> = []
        for _ in 0..<times {
            let place = places.map { $0[self.pick($0.count)] } ?? self.pick(self.company.places.count)
            let types = self.company.places[place].changeTypes
            let type = types[self.pick(types.count)]
            // More comes into being than goes.
            let isKept = type == .deleted && self.chance(0.5)
            var random = self.random
            let happened = try await self.company.happen(in: place, isKept ? .updated : type, touched: &touched) { count in
                Int.random(in: 0..<count, using: &random)
            }
            self.random = random
            guard let happened else { continue }
            self.ledger.changed()
            if happened.type == .created { self.ledger.created.insert(happened.item) }
            if happened.type == .updated { self.ledger.modified.insert(happened.item) }
            if happened.type == .deleted { self.ledger.deleted.insert(happened.item) }
            let kind = self.company.places[place].kind
            for name in self.company.places[place].subscriptions {
                guard let request = self.given.requests.first(where: { $0.name == name }),
                    kind.isVague || request.changeTypes.isSuperset(of: happened.type)
                else { continue }
                let isHeard = !isLost && self.known[name].map { live.contains($0) } ?? false
                self.ledger.expect(
                    Ledger.Expectation(
                        subscription: name, kind: kind, item: happened.item, type: happened.type, isHeard: isHeard,
                        logEnd: self.logEnd, hour: self.hours
                    )
                )
            }
        }
    }

    // MARK: - What goes wrong

    /// Nothing is to be sent again, and nobody looks for what was lost.
    private var isCalm: Bool { self.life != nil && self.control.waiting.deliveries == 0 }

    private mutating func set(_ fault: Fault, hours: Int) throws {
        self.faults.append((try self.control.set(fault), self.hours + hours))
        self.count("faults on routes")
    }

    private mutating func liftFaults() {
        for (number, until) in self.faults where until <= self.hours { self.control.removeFault(number) }
        self.faults.removeAll { $0.until <= self.hours }
        if self.faults.isEmpty { self.given.transport.state.change { $0.lossProbability = 0 } }
    }

    private mutating func breakSomething() throws {
        switch self.pick(8) {
        case 0: try self.set(Fault(.route("/v1.0/subscriptions/**"), .status(503), probability: 0.3), hours: 3)
        case 1:
            try self.set(
                Fault(.route("/v1.0/subscriptions/**"), .status(429, retryAfter: .seconds(30)), probability: 0.3), hours: 3)
        case 2: try self.set(Fault(.route("POST /v1.0/$batch"), .status(429), probability: 0.3), hours: 3)
        case 3: try self.set(Fault(.route("POST /v1.0/$batch"), .doneButStatus(504), probability: 0.3), hours: 3)
        case 4: try self.set(Fault(.route("POST /v1.0/subscriptions"), .doneButStatus(504), probability: 0.2), hours: 6)
        case 5: try self.set(Fault(.route("GET /v1.0/users/**"), .status(503), probability: 0.2), hours: 3)
        case 6: try self.set(Fault(.route("/v1.0/subscriptions/**"), .drop, probability: 0.2), hours: 3)
        default:
            // Whoever asks hears nothing, whether it was done or not.
            try self.set(Fault(.route("/v1.0/subscriptions/**"), .status(500), probability: 0.05), hours: 3)
            self.given.transport.state.change { $0.lossProbability = 0.05 }
            self.count("times in which answers were lost")
        }
    }

    /// Takes subscriptions away, wants them authorized anew, changes the certificate.
    private mutating func intervene() throws {
        let names = self.known.keys.sorted()
        guard !names.isEmpty else { return }
        if self.chance(0.06) {
            for _ in 0..<4 {
                guard let id = self.known[names[self.pick(names.count)]], (try? self.control.removeSubscription(id)) != nil
                else { continue }
                self.count("subscriptions removed, and told")
            }
        }
        if self.chance(0.06) {
            for _ in 0..<4 {
                let id = self.known[names[self.pick(names.count)]] ?? ""
                guard (try? self.control.forgetSubscription(id)) != nil else { continue }
                self.count("subscriptions removed in silence")
            }
        }
        if self.chance(0.08) {
            for _ in 0..<10 {
                let id = self.known[names[self.pick(names.count)]] ?? ""
                guard (try? self.control.requireReauthorization(of: id, isRevoked: self.chance(0.5))) != nil else { continue }
                self.count("authorizations ended")
            }
        }
        if self.chance(0.02) {
            let current = self.given.keys.current?.id
            let next = ((self.certificates.firstIndex { $0.id == current } ?? 0) + 1) % self.certificates.count
            let keys = self.certificates.indices.map { self.certificates[(next + $0) % self.certificates.count] }
            self.given.keys.replace(with: keys)
            self.count("certificates changed")
        }
    }

    /// Loses notifications of some subscriptions to mail, events and contacts; half of the time Graph says so.
    private mutating func loseSomething() async throws {
        let places = self.company.places.indices.filter { self.company.places[$0].kind.isExact }
        let lossy = (0..<3).map { _ in places[self.pick(places.count)] }
        let isTold = self.chance(0.5)
        var numbers: [Int] = []
        for place in Set(lossy).sorted() {
            for name in self.company.places[place].subscriptions {
                guard let id = self.known[name] else { continue }
                numbers.append(try self.control.set(Fault(.subscription(id), isTold ? .missed : .drop)))
            }
        }
        try await self.happen(times: 6, in: lossy, isLost: true)
        await self.clock.advance(by: .seconds(60))
        for number in numbers { self.control.removeFault(number) }
        self.count(isTold ? "losses that Graph told of" : "losses in silence")
        try await self.rest()
    }

    // MARK: - Lives

    private mutating func restart() async throws {
        try await self.life?.end()
        self.life = nil
        try await self.happen(times: .random(in: 0...4, using: &self.random))
        await self.clock.advance(by: .seconds(60 * (1 + self.pick(30))))
        self.life = try RelayLife.begin(self.given)
        self.count("restarts")
        try await self.rest()
    }

    /// The process is away for longer than Graph tries.
    private mutating func stayAway(hours: Int) async throws {
        try await self.life?.end()
        self.life = nil
        for _ in 0..<hours {
            try await self.happen(times: 8, isLost: true)
            await self.clock.advance(by: Self.hour)
            self.hours += 1
        }
        self.life = try RelayLife.begin(self.given)
        self.count("restarts after \(hours) hours")
        try await self.rest()
        // What Graph tries again arrives.
        for _ in 0..<5 { try await self.pass() }
    }

    // MARK: - Time

    private mutating func pass() async throws {
        for _ in 0..<2 {
            await self.clock.advance(by: Self.hour / 2)
            try await self.rest()
        }
        self.hours += 1
    }

    private var isQuiet: Bool {
        guard let life = self.life else { return false }
        return life.catchUp.pending.isEmpty && life.manager.status().allSatisfy { $0.state == "active" && $0.failures == 0 }
    }

    /// Waits until our side has nothing to do at this moment.
    private mutating func rest() async throws {
        guard let life = self.life else { return }
        var idle = 0
        for poll in 1...25_000 {
            let isBusy =
                self.given.transport.state.value.underWay > 0 || !life.manager.isAtRest || !life.catchUp.isAtRest
            let queued = try await life.storage.queue.count()
            idle = !isBusy && queued == 0 && self.clock.sleeperCount > 0 ? idle + 1 : 0
            if idle == 2 { break }
            // Nobody goes on before time does; somebody may have looked at the clock just before it was moved.
            if poll.isMultiple(of: 40) { await self.clock.advance(by: .seconds(min(60, poll / 40))) }
            try await Task.sleep(for: .microseconds(200))
            guard poll < 25_000 else {
                let troubles = life.manager.status().filter { $0.state != "active" }.map { "\($0.name) \($0.lastError ?? "")" }
                throw MonthFailure("Our side did not come to rest at hour \(self.hours): \(queued) wait, \(troubles)")
            }
        }
        self.logEnd = try await life.storage.log.bounds().latest
        self.known = [:]
        for status in life.manager.status() where status.state != "failed" { self.known[status.name] = status.id }
    }
}
