import NIOCore
import Synchronization
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct UploadStreamTests {
    private func item(_ number: UInt8) -> ByteBuffer { ByteBuffer(bytes: [number]) }

    @Test func saysWhenItIsFullAndWhenThereIsRoom() async throws {
        let rooms = Mutex(0)
        let stream = UploadStream(capacity: 4) { rooms.withLock { $0 += 1 } }
        #expect((1...3).map { stream.push(self.item($0)) } == [false, false, false])
        #expect(stream.push(self.item(4)))
        // What had arrived already is kept all the same.
        #expect(stream.push(self.item(5)))
        for number: UInt8 in 1...2 { #expect(try await stream.next() == self.item(number)) }
        #expect(rooms.withLock { $0 } == 0)
        #expect(try await stream.next() == self.item(3))
        #expect(rooms.withLock { $0 } == 1)
        stream.finish()
        #expect(!stream.push(self.item(6)))
        for number: UInt8 in 4...5 { #expect(try await stream.next() == self.item(number)) }
        #expect(try await stream.next() == nil)
        #expect(try await stream.next() == nil)
        #expect(rooms.withLock { $0 } == 1)
    }

    @Test func whatComesWhileItIsFullDoesNotHideThatThereIsRoom() async throws {
        let rooms = Mutex(0)
        let stream = UploadStream(capacity: 8) { rooms.withLock { $0 += 1 } }
        for number: UInt8 in 1...8 { _ = stream.push(self.item(number)) }
        for number: UInt8 in 1...2 { #expect(try await stream.next() == self.item(number)) }
        // Seven now: below its capacity, but nobody has been told yet that there is room.
        #expect(stream.push(self.item(9)))
        for number: UInt8 in 3...5 { #expect(try await stream.next() == self.item(number)) }
        #expect(rooms.withLock { $0 } == 1)
    }

    @Test func whatCameBeforeAnErrorIsNotLost() async throws {
        let stream = UploadStream(capacity: 4) {}
        _ = stream.push(self.item(1))
        stream.finish(throwing: HubException("x"))
        #expect(try await stream.next() == self.item(1))
        await #expect(throws: HubException("x")) { try await stream.next() }
    }

    @Test func whoWaitsIsWoken() async throws {
        let stream = UploadStream(capacity: 1) {}
        async let first = stream.next()
        // Either it waits already or it finds the item.
        _ = stream.push(self.item(1))
        #expect(try await first == self.item(1))
        let cancelled = Task { try await stream.next() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        async let last = stream.next()
        stream.finish()
        #expect(try await last == nil)
        stream.finish(throwing: CancellationError(), discarding: true)
        await #expect(throws: CancellationError.self) { try await stream.next() }
    }
}
