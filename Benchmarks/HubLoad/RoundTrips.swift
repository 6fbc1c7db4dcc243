import ArgumentParser
import NIOCore
import NIOPosix

/// Asks and waits for the answer, over and over, on some connections at once.
struct RoundTrips: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares invocations of `Echo` at /hub with text frames to a bare WebSocket echo, in alternation."
    )

    @Option(help: "The port of FanServer.") var port: Int
    @Option(help: "The port of its bare echo.") var echoPort: Int
    @Option(help: "Connections at once.") var connections = 64
    @Option(help: "Seconds for each measurement.") var duration = 3
    @Option(help: "How often both are measured.") var rounds = 3
    @Option(help: "The process whose processor time is reported.") var watchPid: Int?

    private static let record = #"{"type":1,"invocationId":"1","target":"Echo","arguments":["0123456789abcdef"]}"# + "\u{1E}"

    func run() async throws {
        var ratios: [Double] = []
        print("what      a second  p50 µs  p99 µs  server µs")
        for _ in 0..<self.rounds {
            let bare = try await self.measure("bare", self.echoPort, isHub: false)
            let hub = try await self.measure("hub", self.port, isHub: true)
            ratios.append(bare / hub)
        }
        ratios.sort()
        print("an invocation takes \((ratios[ratios.count / 2] * 100).rounded() / 100) times a bare echo (median)")
    }

    /// - Returns: Round trips a second.
    private func measure(_ name: String, _ port: Int, isHub: Bool) async throws -> Double {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        var clients: [NIOLoopBound<BenchClient>] = []
        for _ in 0..<self.connections {
            clients.append(try await BenchClient.connect(port: port, path: isHub ? "/hub" : "/", on: eventLoop, isHub: isHub))
        }
        let used = self.watchPid.map(Process.processorTime)
        let began = ContinuousClock.now
        let all = clients
        let record = Self.record
        let end = began + .seconds(self.duration)
        try await eventLoop.submit {
            for client in all { client.value.askAgainAndAgain(record, until: end) }
        }.get()
        try await Task.sleep(until: end, clock: .continuous)
        let seconds = began.duration(to: .now) / .seconds(1)
        var times = try await eventLoop.submit { all.flatMap { $0.value.times } }.get()
        for client in all { try await BenchClient.close(client) }
        times.sort()
        guard !times.isEmpty else { throw ValidationError("Nothing was answered on port \(port).") }
        let perSecond = Double(times.count) / seconds
        let cost = used.map { "\(Int((Process.processorTime(self.watchPid ?? 0) - $0) / Double(times.count) * 1e6))" } ?? "-"
        print(
            name.padded(8), "\(Int(perSecond))".padded(9), "\(times[times.count / 2] / 1000)".padded(7),
            "\(times[times.count * 99 / 100] / 1000)".padded(7), cost
        )
        return perSecond
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.count)) }
}
