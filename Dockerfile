# One image for every role: docker run verticker user-api user

FROM eclipse-temurin:17-jdk AS build
WORKDIR /src
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY conf conf
COPY verticles verticles
COPY src src
# Without the tests and what they bring: those have run before.
RUN ./mvnw -q -ntp -B -Dmaven.test.skip -Dspotless.check.skip package

FROM eclipse-temurin:25-jre AS run
WORKDIR /app
COPY --from=build /src/target/verticker.jar ./
COPY conf/jvm.options conf/healthy conf/make-archive conf/
# By the Java that will use it. Owned by root and not writable: the node cannot change what it runs.
RUN conf/make-archive verticker.jar verticker.archive && chmod -R a+rX,go-w /app
USER 10001:10001
EXPOSE 8000 8001
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 CMD ["/app/conf/healthy"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "@/app/conf/jvm.options", "-XX:AOTCache=/app/verticker.archive", "-jar", "/app/verticker.jar"]
