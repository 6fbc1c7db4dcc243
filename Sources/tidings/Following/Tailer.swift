import AsyncHTTPClient
import NIOCore
import ServiceLifecycle
import Synchronization

/// Follows updates and shows them, and comes back with its cursor whenever the connection is lost.
final class Tailer: Service {
    private static let shortestPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(10)

    private let feed: UpdateFeed
    private let url: String
    private let writesJSON: Bool
    private let state: Mutex<String?>

    /// - Parameters:
    ///   - feed: The server.
    ///   - url: Its address, for messages.
    ///   - cursor: Where to begin; `nil` for now.
    ///   - writesJSON: Whether updates are shown as they come, instead of in short.
    init(feed: UpdateFeed, url: String, after cursor: String?, writesJSON: Bool) {
        self.feed = feed
        self.url = url
        self.writesJSON = writesJSON
        self.state = Mutex(cursor)
    }

    /// The cursor of the last update that was shown, or else where it began.
    var cursor: String? { self.state.withLock { $0 } }

    /// Follows until the program is asked to end, or nobody reads any more.
    ///
    /// - Throws: ``Failure`` if the server cannot be reached at the beginning, or refuses.
    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.follow() }
        } catch is CancellationError {
            // Asked to end.
        } catch is Terminal.Closed {
            // Nobody reads any more.
        }
    }

    private func follow() async throws {
        var hasBegun = false
        var pause = Self.shortestPause
        while true {
            try Task.checkCancellation()
            do {
                try await self.catchUp()
                if hasBegun { Terminal.complain("Connected again.") }
                hasBegun = true
                pause = Self.shortestPause
                try await self.listen()
            } catch is UpdateFeed.Unreachable {
                guard hasBegun else {
                    throw Failure(
                        "Nothing answers at \(self.url); start it with tidings dev, or name another address with --url."
                    )
                }
            }
            try Task.checkCancellation()
            if pause == Self.shortestPause { Terminal.complain("The connection to \(self.url) is lost; trying again.") }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Shows what was missed. Without a cursor, finds out where to begin.
    private func catchUp() async throws {
        while true {
            let before = self.cursor
            let page = try await self.feed.page(after: before)
            if page.hasGap {
                let oldest = page.oldest.withoutControlCharacters
                Terminal.complain("Some updates are lost: the server holds what came after \(oldest).")
            }
            for update in page.updates { try self.show(update) }
            self.state.withLock { $0 = page.cursor }
            // A page without updates may still have moved on.
            if before == nil || page.hasGap || page.cursor == before { return }
        }
    }

    /// Shows what comes, until the connection ends.
    private func listen() async throws {
        guard let cursor = self.cursor else { return }
        var parser = ServerSentEventParser()
        do {
            for try await bytes in try await self.feed.events(after: cursor) {
                for event in try parser.feed(bytes) {
                    switch event.name {
                    case "graphUpdate": try self.show(event.data)
                    case "gap": Terminal.complain("Some updates are lost: they went out of the log before they could be read.")
                    default: break
                    }
                    if let id = event.id { self.state.withLock { $0 = id } }
                }
            }
        } catch let error as Terminal.Closed {
            throw error
        } catch let failure as Failure {
            throw failure
        } catch {
            // However a connection ends, there will be another.
            try Task.checkCancellation()
        }
    }

    private func show(_ update: ByteBuffer) throws {
        if !self.writesJSON, let line = UpdateLine(json: update) {
            try Terminal.say(line.text)
        } else {
            try Terminal.say(update)
        }
    }
}
