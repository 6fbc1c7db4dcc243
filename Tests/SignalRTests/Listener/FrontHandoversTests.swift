import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct FrontHandoversTests {
    /// A connection that needs Hummingbird.
    private func takenOver(_ channel: NIOAsyncTestingChannel) async throws -> TakenOver {
        try await channel.testingEventLoop.executeInContext {
            TakenOver(
                try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            )
        }
    }

    @Test func theFirstIsTheHost() {
        let handovers = FrontHandovers()
        let channels = (0..<3).map { _ in EmbeddedChannel() }
        #expect(channels.map { handovers.accepted($0) } == [true, false, false])
    }

    @Test func servesUntilTheServerTakesNoMore() async throws {
        let handovers = FrontHandovers()
        // It has no parent: it stands for its server, too.
        let host = NIOAsyncTestingChannel()
        #expect(handovers.accepted(host))
        let served = Probe<ObjectIdentifier>()
        async let serving: Void = handovers.serve { connection in
            served.add(ObjectIdentifier(connection.channel))
            try? await connection.executeThenClose { inbound, _ in for try await _ in inbound {} }
        }
        let channels = [NIOAsyncTestingChannel(), NIOAsyncTestingChannel()]
        for channel in channels {
            handovers.add(try await self.takenOver(channel))
            #expect(await served.next() == ObjectIdentifier(channel))
        }
        try await host.close()
        for channel in channels { try await channel.close() }
        await serving
    }

    @Test func whatNobodyTakesAnyMoreIsClosed() async throws {
        let handovers = FrontHandovers()
        let host = NIOAsyncTestingChannel()
        #expect(handovers.accepted(host))
        try await host.close()
        await handovers.serve { _ in }
        let channel = NIOAsyncTestingChannel()
        handovers.add(try await self.takenOver(channel))
        try await channel.closeFuture.get()
    }

    @Test func onlySocketsStartByThemselves() {
        #expect(!EmbeddedChannel().startWithoutServer())
    }
}
