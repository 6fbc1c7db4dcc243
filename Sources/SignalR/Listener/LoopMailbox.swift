import NIOCore
import Synchronization

/// Carries items from any thread to one event loop, in order, with one wake-up for all that wait.
///
/// `eventLoop.execute` for each item would cost a lock, an allocation and perhaps a system call each time.
final class LoopMailbox<Item: Sendable>: Sendable {
    let eventLoop: any EventLoop
    private let items = Mutex<[Item]>([])
    private let handler: @Sendable ([Item]) -> Void

    /// - Parameters:
    ///   - eventLoop: Where items are handled.
    ///   - handler: Called on the event loop with everything that has come since the last time.
    init(eventLoop: any EventLoop, handler: @escaping @Sendable ([Item]) -> Void) {
        self.eventLoop = eventLoop
        self.handler = handler
    }

    /// Hands over an item.
    func post(_ item: Item) {
        let wasEmpty = self.items.withLock { items in
            items.append(item)
            return items.count == 1
        }
        if wasEmpty {
            self.eventLoop.execute { self.drain() }
        }
    }

    private func drain() {
        let items = self.items.withLock { items in
            let taken = items
            items.removeAll(keepingCapacity: false)
            return taken
        }
        self.handler(items)
    }
}
