import ArgumentParser
import NIOCore
import NIOPosix

/// Whether intake suffers when half of the notifications are encrypted.
struct ServeLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Starts tidings serve with the emulator as its Graph, and sends it what the emulator sealed, over and over.",
        discussion: """
            Plain notifications alone and every second POST encrypted, in alternation. Between two measurements it waits \
            until the relay has opened and stored everything.
            """
    )

    @Option(help: "The program to measure.") var tidings = ".build/release/tidings"
    @Option(help: "Connections at once.") var connections = 64
    @Option(help: "Seconds for each measurement.") var seconds = 4
    @Option(help: "How often both are measured.") var rounds = 3
    @Option(help: "Notifications a POST.") var items = 1
    @Option(help: "How many different bodies of each kind are sent in turn.") var bodies = 300
    @Option(help: "The cores of the server, as taskset takes them; all if it is not given.") var serverCores: String?
    @Option(help: "http.threads of the server.") var serverThreads: Int?

    func validate() throws {
        guard self.connections > 0, self.items > 0, self.bodies > 0, self.rounds > 0 else {
            throw ValidationError("Connections, rounds, items and bodies are at least 1.")
        }
    }

    func run() async throws {
        let options = self
        try await Source.with { source in
            let server = try await Server(
                program: options.tidings, source: source, cores: options.serverCores, threads: options.serverThreads
            )
            defer { server.stop() }
            try await server.ready(source)
            let load = Load(
                plain: try await options.make(Source.plainResource, source, server),
                sealed: try await options.make(Source.richResource, source, server)
            )
            try await options.measure(server, load)
        }
    }

    private func make(_ resource: String, _ source: Source, _ server: Server) async throws -> [Body] {
        let captured = try await source.bodies(self.bodies * self.items, of: resource)
        return try (0..<self.bodies).map { number in
            try Body(captured[(number * self.items)..<((number + 1) * self.items)]) { length in
                "POST /notifications HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(length)\r\n\r\n"
            }
        }
    }

    private func measure(_ server: Server, _ load: Load) async throws {
        print("what   POSTs a second  p50 ms  p99 ms  not 202  server µs a POST  relayed s later")
        var ratios: [Double] = []
        for round in 0...self.rounds {
            // The first is for warming up.
            let plain = try await self.measure("plain", server, load, isMixed: false, isShown: round > 0)
            let mixed = try await self.measure("half", server, load, isMixed: true, isShown: round > 0)
            if round > 0 { ratios.append(mixed / plain) }
        }
        ratios.sort()
        let all = ratios.map { "\(($0 * 100).rounded() / 100)" }
        print(
            "with half of the POSTs encrypted intake is \(all.joined(separator: ", ")) of what it is without;",
            "median \(all[all.count / 2])"
        )
        let status = try await server.status()
        guard status.deadLetters == 0 else {
            throw Source.Failed(
                description: "\(status.deadLetters) notifications were not believed or not opened: this measured nothing."
            )
        }
        // What retention has removed is missing from the log.
        print("\(load.sent * self.items) notifications were sent, the log has \(status.updates)")
    }

    /// - Returns: `POST`s a second.
    private func measure(
        _ name: String, _ server: Server, _ load: Load, isMixed: Bool, isShown: Bool
    ) async throws -> Double {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        var made: [NIOLoopBound<LoadConnection>] = []
        for _ in 0..<self.connections { made.append(try await LoadConnection.connect(port: server.port, on: eventLoop)) }
        let connections = made
        let used = server.processorTime
        let began = ContinuousClock.now
        let end = began + .seconds(self.seconds)
        try await eventLoop.submit {
            for connection in connections { connection.value.run(until: end) { load.next(isMixed: isMixed) } }
        }.get()
        try await Task.sleep(until: end, clock: .continuous)
        let seconds = began.duration(to: .now) / .seconds(1)
        let (unsorted, others) = try await eventLoop.submit {
            let others = connections.map(\.value.others).reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            return (connections.flatMap(\.value.times), others)
        }.get()
        let stopped = ContinuousClock.now
        while try await server.status().waiting > 0 { try await Task.sleep(for: .milliseconds(50)) }
        let behind = stopped.duration(to: .now) / .seconds(1)
        let cost = (server.processorTime - used) / Double(max(1, unsorted.count)) * 1e6
        try await eventLoop.submit { for connection in connections { connection.value.close() } }.get()
        let times = unsorted.sorted()
        guard !times.isEmpty else { throw Source.Failed(description: "Nothing was answered 202: \(others)") }
        let rate = Double(times.count) / seconds
        func milliseconds(_ place: Int) -> String { "\((Double(times[place]) / 1e4).rounded() / 100)" }
        guard isShown else { return rate }
        print(
            name.padded(6), "\(Int(rate))".padded(15), milliseconds(times.count / 2).padded(7),
            milliseconds(times.count * 99 / 100).padded(7), (others.isEmpty ? "0" : "\(others)").padded(8),
            "\(Int(cost))".padded(17), "\((behind * 10).rounded() / 10)"
        )
        return rate
    }
}
