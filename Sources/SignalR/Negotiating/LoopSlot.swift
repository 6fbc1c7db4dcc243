import NIOCore

/// A place on an event loop: filled, used and emptied there, and known everywhere.
struct LoopSlot<Value>: Sendable {
    private let box: NIOLoopBoundBox<Value?>

    init(eventLoop: any EventLoop) {
        self.box = .makeEmptyBox(valueType: Value.self, eventLoop: eventLoop)
    }

    /// On the event loop.
    func fill(_ value: Value) { self.box.value = value }

    /// On the event loop.
    func empty() { self.box.value = nil }

    /// Does something with what is there on the event loop: at once if this is it.
    func use(_ body: @escaping @Sendable (Value?) -> Void) {
        let eventLoop = self.box.eventLoop
        if eventLoop.inEventLoop {
            body(self.box.value)
        } else {
            eventLoop.execute { body(self.box.value) }
        }
    }
}
