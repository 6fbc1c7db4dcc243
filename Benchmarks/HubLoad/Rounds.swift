import ArgumentParser
import NIOCore
import NIOPosix

/// Opens many connections and closes them, several times: memory must stay where it was.
struct Rounds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Opens connections to /hub and closes them, round by round, and prints the memory of the server."
    )

    @Option(help: "The port of FanServer.") var port: Int
    @Option(help: "Connections at once.") var connections = 10_000
    @Option(help: "How often they are opened and closed.") var rounds = 10
    @Option(help: "The process whose memory is printed.") var watchPid: Int

    func run() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        print("round  open MB  closed MB   at the beginning: \(Process.residentMegabytes(self.watchPid)) MB")
        for round in 1...self.rounds {
            var clients: [NIOLoopBound<BenchClient>] = []
            while clients.count < self.connections {
                // A few at a time: what is measured is not the backlog.
                let count = min(100, self.connections - clients.count)
                let port = self.port
                let first = clients.count
                clients += try await withThrowingTaskGroup(of: NIOLoopBound<BenchClient>.self) { group in
                    for index in 0..<count {
                        group.addTask {
                            try await BenchClient.connect(
                                port: port, path: "/hub", on: eventLoop, isHub: true, source: (first + index) % 4 + 2
                            )
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            let open = Process.residentMegabytes(self.watchPid)
            for some in stride(from: 0, to: clients.count, by: 100) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for client in clients[some..<min(some + 100, clients.count)] {
                        group.addTask { try await BenchClient.close(client) }
                    }
                    try await group.waitForAll()
                }
            }
            // The server hears of the last ends a little later.
            try await Task.sleep(for: .seconds(2))
            print("\(round)      \(open)     \(Process.residentMegabytes(self.watchPid))")
        }
    }
}
